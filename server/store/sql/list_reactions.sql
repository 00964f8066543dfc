-- $1 room; $2 for which member (empty: a service); $3 message; $4 how many.
SELECT reaction, user_id
  FROM {schema}.chatter_reaction
 WHERE room_id = $1 AND seq = $3
   AND seq >= {{first_readable_seq}}
 ORDER BY created_at, reaction, user_id
 LIMIT $4
