-- No row: somebody has emptied it.
-- Gives: incarnation uuid, name text, version integer
SELECT incarnation, name, greatest(version::integer, 0) AS version FROM {schema}.chatter_schema
