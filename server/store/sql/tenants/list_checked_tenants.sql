-- {tenant_table}: Chatter's own, or that of django-tenants.
-- The schemas of the tenants that stand there, whether each is there, and whether the role may make tables in it.
-- Gives: schema_name text, is_there boolean, may_make boolean
SELECT t.schema_name::text, n.oid IS NOT NULL AS is_there,
       coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE'), false) AS may_make
  FROM {tenant_table} t
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema_name
 ORDER BY 1
