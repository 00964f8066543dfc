-- As list_tenants.sql, of the tenants that stand in {tenant_table} with its {tenant_key}, and {domain_table}: those of
-- django-tenants. What Chatter has no record of is as of a tenant that its tables aren't in yet.
-- Gives: schema_name text, coalesce text, coalesce timestamptz, domains text[], coalesce smallint, coalesce text,
-- purge_at timestamptz, coalesce boolean, coalesce integer, coalesce text, schema_is_known boolean,
-- schema_stamp bigint
SELECT t.schema_name::text, coalesce(c.display_name, ''), coalesce(c.created_at, '-infinity'),
       array(SELECT d.domain::text FROM {domain_table} d WHERE d.tenant_id = t.{tenant_key} ORDER BY d.domain) AS domains,
       coalesce(c.state, {tenant.active}::smallint), coalesce(c.state_reason, ''), c.purge_at, coalesce(c.attached, true),
       coalesce(c.schema_version, 0), coalesce(c.user_source, ''),
       {{schema_is_known}} AS schema_is_known,
       coalesce({{schema_stamp}}, 0) AS schema_stamp
  FROM {tenant_table} t
  LEFT JOIN chatter.tenant c ON c.schema_name = t.schema_name::text COLLATE "C"
 WHERE t.schema_name::text COLLATE "C" > $1
   AND t.schema_name <> 'public'
   AND ($3 = 0::smallint OR coalesce(c.state, {tenant.active}::smallint) = $3)
   AND t.schema_name::text ^@ $4
   AND ($5::text[] = '{}' OR EXISTS (SELECT FROM {domain_table} d
                                      WHERE d.tenant_id = t.{tenant_key} AND d.domain = ANY ($5::text[])))
 ORDER BY t.schema_name::text COLLATE "C"
 LIMIT $2
