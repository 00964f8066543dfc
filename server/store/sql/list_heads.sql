-- $1 user; $2 how many.
SELECT r.id, r.head_seq, count(*) OVER () AS total
  FROM {schema}.chatter_member m
  JOIN {schema}.chatter_room r ON r.id = m.room_id
 WHERE m.user_id = $1
 ORDER BY r.last_event_at DESC, r.id DESC
 LIMIT $2
