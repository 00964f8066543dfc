SELECT seq, created_at, actor_id, client_message_id, text, service
  FROM {schema}.chatter_event
 WHERE room_id = $1 AND seq > $2 AND kind = 2
 ORDER BY seq
 LIMIT $3
