-- $1 room; $2 a user who must be in it, or empty.
SELECT r.id, r.kind, r.head_seq, r.member_count, r.created_at, r.last_event_at,
       array(SELECT m.user_id FROM {schema}.chatter_member m
              WHERE m.room_id = r.id ORDER BY m.user_id LIMIT 100) AS user_ids,
       r.name, r.topic, r.avatar_url, r.attributes, r.history, r.archived_at, mine.role,
       CASE WHEN r.history = 2 THEN coalesce(mine.joined_seq, 1) ELSE 1 END AS first_seq,
       CASE WHEN r.name = '' THEN
         array(SELECT coalesce(nullif(u.display_name, ''), m.user_id)
                 FROM {schema}.chatter_member m
                 LEFT JOIN {schema}.chatter_user_view u ON u.id = m.user_id
                WHERE m.room_id = r.id AND m.user_id <> $2
                ORDER BY m.user_id LIMIT 10)
       END AS other_names,
       coalesce(mine.read_seq, 0) AS read_seq,
       CASE WHEN r.head_seq > mine.read_seq THEN
         (SELECT count(*)
            FROM (SELECT FROM {schema}.chatter_event e
                   WHERE e.room_id = r.id AND e.seq > mine.read_seq AND e.seq <= mine.read_seq + 1000
                     AND e.kind = 2 AND e.text IS NOT NULL AND e.actor_id <> $2
                   LIMIT 100) u)
         ELSE 0
       END AS unread,
       l.seq, l.created_at, l.actor_id, l.client_message_id, l.text, l.service, l.edited_at,
       l.pinned_at IS NOT NULL AS pinned
  FROM {schema}.chatter_room r
  LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $2
  LEFT JOIN LATERAL (SELECT e.seq, e.created_at, e.actor_id, e.client_message_id, e.service,
                            coalesce(s.text, e.text) AS text, s.edited_at, s.pinned_at
                       FROM {schema}.chatter_event e
                       LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
                      WHERE e.room_id = r.id AND e.kind = 2
                        AND e.seq >= CASE WHEN r.history = 2 THEN coalesce(mine.joined_seq, 1) ELSE 1 END
                      ORDER BY e.seq DESC LIMIT 1) l ON true
 WHERE r.id = $1
   AND ($2::text = '' OR mine.user_id IS NOT NULL)
