-- Whether the schema of c, a row of chatter.tenant, is the one that c is about: its marker is the one that Chatter has
-- written. One that isn't there is as it was: nothing speaks for another.
coalesce((SELECT (SELECT m.oid FROM pg_catalog.pg_class m
                   WHERE m.relname = 'chatter_schema' AND m.relnamespace = n.oid) IS NOT DISTINCT FROM c.marker_oid
            FROM pg_catalog.pg_namespace n
           WHERE n.nspname = c.schema_name), true)
