-- Which of the rooms $1 somebody else has locked. Waits for none of them, and locks the others until the end of the
-- transaction.
-- Gives: id uuid
WITH free AS MATERIALIZED (
  SELECT id FROM {schema}.chatter_room WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
SELECT id FROM {schema}.chatter_room WHERE id = ANY ($1::uuid[]) AND id NOT IN (SELECT id FROM free)
