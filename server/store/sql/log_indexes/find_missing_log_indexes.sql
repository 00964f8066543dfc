-- $1 a version: which of its indexes the tenants that have it lack, and whether one was begun that can't be used.
-- One that is being made, by whomever, isn't lacking: whoever began it may have been ended, and PostgreSQL goes on.
-- Gives: schema_name text, name text, begun boolean
SELECT c.schema_name, wanted.name, made.oid IS NOT NULL AS begun
  FROM chatter.tenant c
  JOIN pg_catalog.pg_namespace n ON n.nspname = c.schema_name::name
 CROSS JOIN (VALUES ('chatter_event_message'), ('chatter_mention_user')) AS wanted (name)
  LEFT JOIN pg_catalog.pg_class made ON made.relnamespace = n.oid AND made.relname = wanted.name
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = made.oid
 WHERE c.schema_version >= $1::integer AND c.state <> {tenant.deleted} AND i.indisvalid IS DISTINCT FROM true
   AND {{schema_is_known}}
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                    WHERE p.datname = current_database() AND p.index_relid = made.oid)
 ORDER BY c.schema_name, wanted.name
