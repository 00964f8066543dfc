-- For a line in the log: the name of the table with number $1 (0: none) and of the type with number $2.
-- Gives: table_name text, type_name text
SELECT coalesce($1::bigint::oid::regclass::text, '') AS table_name,
       pg_catalog.format_type($2::bigint::oid, NULL) AS type_name
