-- $1 a schema's name, $2 which columns of which tables of Chatter's should be there, each as `TABLE COLUMN`.
-- The tables that aren't as they should be: whether there is one, whether the role owns it, which rights to its rows the
-- role lacks, and which columns the table.
-- Gives: table_name text, is_there boolean, is_owned boolean, rights text, columns text
SELECT w.table_name, t.oid IS NOT NULL AS is_there, coalesce(pg_has_role(t.relowner, 'USAGE'), false) AS is_owned,
       l.rights, l.columns
  FROM (SELECT split_part(c.name, ' ', 1) AS table_name, array_agg(split_part(c.name, ' ', 2)) AS columns
          FROM unnest($2::text[]) AS c (name) GROUP BY 1) w
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1::text
  LEFT JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = w.table_name AND t.relkind IN ('r', 'p', 'v')
 CROSS JOIN LATERAL (
         SELECT coalesce((SELECT string_agg(r.name, ', ' ORDER BY r.place)
                            FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) WITH ORDINALITY AS r (name, place)
                           WHERE NOT has_table_privilege(t.oid, r.name)), '') AS rights,
                coalesce((SELECT string_agg(c.name, ', ')
                            FROM unnest(w.columns) AS c (name)
                           WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                              WHERE a.attrelid = t.oid AND a.attname = c.name AND a.attnum > 0
                                                AND NOT a.attisdropped)), '') AS columns) l
 WHERE t.oid IS NULL OR NOT pg_has_role(t.relowner, 'USAGE') OR l.rights <> '' OR l.columns <> ''
 ORDER BY w.table_name
