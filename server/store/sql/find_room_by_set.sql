-- $1 a user who must be in it, or empty; $2 member set.
SELECT {{room_columns}}
  FROM {schema}.chatter_room r
  LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $1
  {{last_message}}
 WHERE r.member_set = $2
   AND ($1::text = '' OR mine.user_id IS NOT NULL)
