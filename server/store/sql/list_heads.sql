-- $1 user; $2 how many. head_seq; the event with which the user came; the first that the user may read.
SELECT r.id, r.head_seq, count(*) OVER () AS total, m.joined_seq,
       CASE WHEN r.history = 2 THEN m.joined_seq ELSE 1 END AS first_seq
  FROM {schema}.chatter_member m
  JOIN {schema}.chatter_room r ON r.id = m.room_id
 WHERE m.user_id = $1
 ORDER BY r.last_event_at DESC, r.id DESC
 LIMIT $2
