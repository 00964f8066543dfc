-- $1 room; $2 the number after which to begin; $3 how many; $4 for which member (empty: a service).
SELECT seq, created_at, actor_id, client_message_id, text, service
  FROM {schema}.chatter_event
 WHERE room_id = $1 AND seq > $2 AND kind = 2
   AND seq >= coalesce((SELECT m.joined_seq
                          FROM {schema}.chatter_room r
                          JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $4
                         WHERE r.id = $1 AND r.history = 2), 1)
 ORDER BY seq
 LIMIT $3
