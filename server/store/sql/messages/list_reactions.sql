-- $1 room; $2 for which member (null: a service); $3 message; $4, $5, $6 the place after which to begin (null: from the
-- start); $7 how many. No index has this order: the reactions to one message are few enough to be sorted.
-- Gives: reaction text, user_id text, created_at timestamptz
SELECT reaction, user_id, created_at
  FROM {schema}.chatter_reaction
 WHERE room_id = $1 AND seq = $3
   AND seq >= {{first_readable_seq}}
   AND ($4::timestamptz IS NULL OR (created_at, reaction, user_id) > ($4, $5, $6))
 ORDER BY created_at, reaction, user_id
 LIMIT $7
