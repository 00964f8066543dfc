-- $1 user; $2, $3 the place after which to begin (null: from the start); $4 how many; $5 the hidden ones, too; $6 only
-- those that the user has pinned.
-- The page comes first, from few columns: all rooms of the user are sorted for it.
SELECT {{room_columns}}
  FROM (SELECT own.room_id
          FROM {schema}.chatter_member own
          JOIN {schema}.chatter_room room ON room.id = own.room_id
         WHERE own.user_id = $1
           AND ($2::timestamptz IS NULL OR (room.last_event_at, room.id) < ($2, $3::uuid))
           AND ($5::boolean OR own.hidden_at_seq IS NULL OR own.hidden_at_seq < room.head_seq)
           AND (NOT $6::boolean OR own.pinned_at IS NOT NULL)
         ORDER BY room.last_event_at DESC, room.id DESC
         LIMIT $4) page
  JOIN {schema}.chatter_member mine ON mine.room_id = page.room_id AND mine.user_id = $1
  JOIN {schema}.chatter_room r ON r.id = page.room_id
  {{last_message}}
 ORDER BY r.last_event_at DESC, r.id DESC
