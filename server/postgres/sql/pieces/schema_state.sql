-- How the schema with the name c.schema_name is: its stamp (above, its own oid; below, that of its marker), which another
-- schema has not; and the transaction that has last changed its row (its name, owner or rights). Null: none has the name.
(SELECT ARRAY[(n.oid::bigint << 32)
              + coalesce((SELECT m.oid FROM pg_catalog.pg_class m
                           WHERE m.relname = 'chatter_schema' AND m.relnamespace = n.oid), 0)::bigint,
              n.xmin::text::bigint]
   FROM pg_catalog.pg_namespace n
  WHERE n.nspname = c.schema_name)
