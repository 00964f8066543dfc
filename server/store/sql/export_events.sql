-- $1 room and $2 number after which to begin, $3 how many. The columns of read_events.sql, and more.
SELECT seq, created_at, kind, actor_id, client_message_id, text, details, service, room_id
  FROM {schema}.chatter_event
 WHERE (room_id, seq) > ($1, $2)
 ORDER BY room_id, seq
 LIMIT $3
