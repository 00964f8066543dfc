-- $1 room, $2 message, $3 how many; $4 for which member (empty: a service).
SELECT reaction, user_id
  FROM {schema}.chatter_reaction
 WHERE room_id = $1 AND seq = $2
   AND seq >= coalesce((SELECT m.joined_seq
                          FROM {schema}.chatter_room r
                          JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $4
                         WHERE r.id = $1 AND r.history = 2), 1)
 ORDER BY created_at, reaction, user_id
 LIMIT $3
