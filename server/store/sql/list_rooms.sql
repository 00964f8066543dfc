-- $1 user; $2, $3 the place after which to begin (null: from the start); $4 how many. The columns of
-- find_room.sql.
SELECT r.id, r.kind, r.head_seq, r.member_count, r.created_at, r.last_event_at,
       array(SELECT m.user_id FROM {schema}.chatter_member m
              WHERE m.room_id = r.id ORDER BY m.user_id LIMIT 100) AS user_ids,
       r.name, r.topic, r.avatar_url, r.attributes, r.history, r.archived_at, r.role,
       CASE WHEN r.history = 2 THEN coalesce(r.joined_seq, 1) ELSE 1 END AS first_seq,
       CASE WHEN r.name = '' THEN
         array(SELECT coalesce(nullif(u.display_name, ''), o.user_id)
                 FROM (SELECT m.user_id FROM {schema}.chatter_member m
                        WHERE m.room_id = r.id AND m.user_id <> $1
                        ORDER BY m.user_id LIMIT 10) o
                 LEFT JOIN {schema}.chatter_user_view u ON u.id = o.user_id
                ORDER BY o.user_id)
       END AS other_names,
       l.seq, l.created_at, l.actor_id, l.client_message_id, l.text, l.service
  FROM (SELECT room.*, mine.role, mine.joined_seq
          FROM {schema}.chatter_member mine
          JOIN {schema}.chatter_room room ON room.id = mine.room_id
         WHERE mine.user_id = $1
           AND ($2::timestamptz IS NULL OR (room.last_event_at, room.id) < ($2, $3::uuid))
         ORDER BY room.last_event_at DESC, room.id DESC
         LIMIT $4) r
  LEFT JOIN LATERAL (SELECT e.* FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id AND e.kind = 2
                        AND e.seq >= CASE WHEN r.history = 2 THEN coalesce(r.joined_seq, 1) ELSE 1 END
                      ORDER BY e.seq DESC LIMIT 1) l ON true
 ORDER BY r.last_event_at DESC, r.id DESC
