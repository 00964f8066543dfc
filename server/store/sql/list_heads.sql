-- $1 user; $2 how many rooms; $3 for how many of them what is unread is counted, as in list_rooms.sql. head_seq;
-- the event with which the user came; the first that the user may read; the last that was read; what is unread.
SELECT r.id, r.head_seq, r.total, r.joined_seq, CASE WHEN r.history = 2 THEN r.joined_seq ELSE 1 END AS first_seq,
       r.read_seq,
       CASE WHEN r.place <= $3 AND r.head_seq > r.read_seq THEN
         (SELECT count(*)
            FROM (SELECT FROM {schema}.chatter_event e
                   WHERE e.room_id = r.id AND e.seq > r.read_seq AND e.seq <= r.read_seq + 1000
                     AND e.kind = 2 AND e.text IS NOT NULL AND e.actor_id <> $1
                   LIMIT 100) u)
         ELSE 0
       END AS unread
  FROM (SELECT room.id, room.head_seq, room.history, m.joined_seq, m.read_seq, count(*) OVER () AS total,
               row_number() OVER (ORDER BY room.last_event_at DESC, room.id DESC) AS place
          FROM {schema}.chatter_member m
          JOIN {schema}.chatter_room room ON room.id = m.room_id
         WHERE m.user_id = $1
         ORDER BY place
         LIMIT $2) r
 ORDER BY r.place
