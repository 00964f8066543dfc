SELECT seq, created_at, kind, actor_id, client_message_id, text, details, service
  FROM {schema}.chatter_event
 WHERE room_id = $1 AND seq > $2
 ORDER BY seq
 LIMIT $3
