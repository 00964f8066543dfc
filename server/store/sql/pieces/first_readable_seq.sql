-- The first event of the room $1 that the member $2 may read.
coalesce((SELECT m.joined_seq
                            FROM {schema}.chatter_room r
                            JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $2
                           WHERE r.id = $1 AND r.history = 2), 1)
