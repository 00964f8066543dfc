-- $1 schema, $2 table, $3 column: of the application's.
-- Whether there is such a schema, table and column, and the role may use the one and read the other; the column's
-- type; what columns the table has.
-- Gives: has_schema boolean, may_use boolean, has_table boolean, has_column boolean, may_read boolean, type text,
-- columns text
SELECT n.oid IS NOT NULL AS has_schema, coalesce(has_schema_privilege(n.oid, 'USAGE'), false) AS may_use,
       c.oid IS NOT NULL AS has_table, a.attnum IS NOT NULL AS has_column,
       coalesce(has_column_privilege(c.oid, a.attnum, 'SELECT'), false) AS may_read,
       coalesce(format_type(a.atttypid, NULL), '') AS type,
       coalesce((SELECT string_agg(o.attname, ', ' ORDER BY o.attnum) FROM pg_catalog.pg_attribute o
                  WHERE o.attrelid = c.oid AND o.attnum > 0 AND NOT o.attisdropped), '') AS columns
  FROM (SELECT $1::text AS schema_name, $2::text AS table_name, $3::text AS column_name) w
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema_name
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = w.column_name AND a.attnum > 0 AND NOT a.attisdropped
