-- $1 user. In how many rooms something is unread (up to 1,000), and how many messages that are, counted as in
-- list_rooms.sql.
SELECT count(*) FILTER (WHERE c.unread > 0), coalesce(sum(c.unread), 0)::bigint
  FROM (SELECT r.id, m.read_seq
          FROM {schema}.chatter_member m
          JOIN {schema}.chatter_room r ON r.id = m.room_id AND r.head_seq > m.read_seq
         WHERE m.user_id = $1
         ORDER BY r.last_event_at DESC, r.id DESC
         LIMIT 1000) r
 CROSS JOIN LATERAL
       (SELECT count(*) AS unread
          FROM (SELECT FROM {schema}.chatter_event e
                 WHERE e.room_id = r.id AND e.seq > r.read_seq AND e.seq <= r.read_seq + 1000
                   AND e.kind = 2 AND e.text IS NOT NULL AND e.actor_id <> $1
                 LIMIT 100) u) c
