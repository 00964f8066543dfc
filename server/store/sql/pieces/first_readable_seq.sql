-- The first event of the room $1 that the member $2 (null: a service) may read; null: the member isn't in it.
(SELECT CASE WHEN r.history = 2 THEN coalesce(m.joined_seq, 1) ELSE 1 END
                 FROM {schema}.chatter_room r
                 LEFT JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $2
                WHERE r.id = $1 AND ($2::text IS NULL OR m.user_id IS NOT NULL))
