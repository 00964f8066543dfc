-- The number of the last event of the room r, by its log. An event is a row that is hardly ever updated: however many
-- there are, and whoever holds an old snapshot, the last key is found at once.
(SELECT last.seq FROM {schema}.chatter_event last WHERE last.room_id = r.id ORDER BY last.seq DESC LIMIT 1)
