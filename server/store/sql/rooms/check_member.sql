-- One row if the room exists and $2 is in it; $2 null: if the room exists.
-- Gives: ?column? boolean
SELECT true
  FROM {schema}.chatter_room r
 WHERE r.id = $1
   AND ($2::text IS NULL OR EXISTS (SELECT FROM {schema}.chatter_member m
                                  WHERE m.room_id = r.id AND m.user_id = $2))
