-- One row if the room $1 exists and $2 is in it, or is null: from where on $2 may read. As it is one
-- row, what is joined to it stays in its order.
FROM (SELECT {{first_seq}} AS first_seq
          FROM {schema}.chatter_room r
          LEFT JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $2
         WHERE r.id = $1 AND ($2::text IS NULL OR m.user_id IS NOT NULL)) reader
