-- Whether Chatter's own schema is there, whether the role may use it, or make it (and tenants' schemas) in this database;
-- whether there is a directory of tenants in it that can be read; whether any migration was made in it.
-- Gives: is_there boolean, may_use boolean, may_make boolean, role text, version text,
-- has_directory boolean, has_migrations boolean
SELECT to_regnamespace('chatter') IS NOT NULL AS is_there,
       coalesce(has_schema_privilege(to_regnamespace('chatter'), 'USAGE'), false) AS may_use,
       has_database_privilege(current_database(), 'CREATE') AS may_make, current_user::text AS role,
       current_setting('server_version') AS version,
       EXISTS (SELECT FROM pg_catalog.pg_class t
                WHERE t.relname = 'tenant' AND t.relnamespace = to_regnamespace('chatter')
                  AND has_schema_privilege(t.relnamespace, 'USAGE') AND has_table_privilege(t.oid, 'SELECT'))
         AS has_directory,
       EXISTS (SELECT FROM pg_catalog.pg_class t
                WHERE t.relname = 'migration' AND t.relnamespace = to_regnamespace('chatter')) AS has_migrations
