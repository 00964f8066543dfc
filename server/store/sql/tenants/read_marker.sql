-- No row: somebody has emptied it.
SELECT incarnation, name, greatest(version::integer, 0) FROM {schema}.chatter_schema
