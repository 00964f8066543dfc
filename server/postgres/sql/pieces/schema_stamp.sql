-- Which schema has the name c.schema_name: another has another number, and so has this one when it gets its name back.
-- Above, the transaction that has last changed the schema's row (its name, owner or rights); below, the oid of its
-- marker. Null: none has the name.
(SELECT (n.xmin::text::bigint << 32)
        + coalesce((SELECT m.oid FROM pg_catalog.pg_class m
                     WHERE m.relname = 'chatter_schema' AND m.relnamespace = n.oid), 0)::bigint
   FROM pg_catalog.pg_namespace n
  WHERE n.nspname = c.schema_name)
