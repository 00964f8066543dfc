-- Takes the row locks of a batch's rooms in the order of their ids, so that writers can't deadlock.
-- A statement of its own: the next one then sees all that was committed before the locks were had.
-- Gives: id uuid
SELECT id FROM {schema}.chatter_room WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
