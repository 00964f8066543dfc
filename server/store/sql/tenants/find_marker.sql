-- $1 a marker's oid. The name of the schema that it is in; no row: it isn't there any more.
-- Gives: schema_name text
SELECT n.nspname::text AS schema_name
  FROM pg_catalog.pg_class m
  JOIN pg_catalog.pg_namespace n ON n.oid = m.relnamespace
 WHERE m.oid = $1::oid AND m.relname = 'chatter_schema'
