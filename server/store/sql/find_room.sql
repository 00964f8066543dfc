-- $1 room; $2 a user who must be in it, or empty.
SELECT r.id, r.kind, r.head_seq, r.member_count, r.created_at, r.last_event_at,
       array(SELECT m.user_id FROM {schema}.chatter_member m
              WHERE m.room_id = r.id ORDER BY m.user_id LIMIT 100) AS user_ids,
       r.name, r.topic, r.avatar_url, r.attributes, r.history, r.archived_at, mine.role,
       CASE WHEN r.history = 2 THEN coalesce(mine.joined_seq, 1) ELSE 1 END AS first_seq,
       CASE WHEN r.name = '' THEN
         array(SELECT coalesce(nullif(u.display_name, ''), o.user_id)
                 FROM (SELECT m.user_id FROM {schema}.chatter_member m
                        WHERE m.room_id = r.id AND m.user_id <> $2
                        ORDER BY m.user_id LIMIT 10) o
                 LEFT JOIN {schema}.chatter_user_view u ON u.id = o.user_id
                ORDER BY o.user_id)
       END AS other_names,
       l.seq, l.created_at, l.actor_id, l.client_message_id, l.text, l.service
  FROM {schema}.chatter_room r
  LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $2
  LEFT JOIN LATERAL (SELECT e.* FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id AND e.kind = 2
                        AND e.seq >= CASE WHEN r.history = 2 THEN coalesce(mine.joined_seq, 1) ELSE 1 END
                      ORDER BY e.seq DESC LIMIT 1) l ON true
 WHERE r.id = $1
   AND ($2::text = '' OR mine.user_id IS NOT NULL)
