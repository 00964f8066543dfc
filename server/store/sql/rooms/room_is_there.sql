-- $1 room. A row if it is there: it wasn't deleted after all, or its schema was restored.
-- Gives: nothing
SELECT FROM {schema}.chatter_room WHERE id = $1::uuid
