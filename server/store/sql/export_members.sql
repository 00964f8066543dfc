-- $1 room and $2 user after which to begin, $3 how many.
SELECT room_id, user_id, joined_seq
  FROM {schema}.chatter_member
 WHERE (room_id, user_id) > ($1, $2)
 ORDER BY room_id, user_id
 LIMIT $3
