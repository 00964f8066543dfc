-- As find_django_tenant.sql, but $1 how the domain may be spelt, the best match first.
-- Gives: schema_name text, coalesce text, coalesce timestamptz, domains text[], coalesce smallint, coalesce text,
-- purge_at timestamptz, coalesce boolean, coalesce integer, coalesce text, schema_is_known boolean,
-- schema_stamp bigint
SELECT t.schema_name::text, coalesce(c.display_name, ''), coalesce(c.created_at, '-infinity'),
       array(SELECT d.domain::text FROM {domain_table} d WHERE d.tenant_id = t.{tenant_key} ORDER BY d.domain) AS domains,
       coalesce(c.state, {tenant.active}::smallint), coalesce(c.state_reason, ''), c.purge_at, coalesce(c.attached, true),
       coalesce(c.schema_version, 0), coalesce(c.user_source, ''),
       {{schema_is_known}} AS schema_is_known,
       coalesce({{schema_stamp}}, 0) AS schema_stamp
  FROM (SELECT d.tenant_id FROM {domain_table} d
         WHERE d.domain = ANY ($1::text[])
         ORDER BY array_position($1::text[], d.domain::text)
         LIMIT 1) best
  JOIN {tenant_table} t ON t.{tenant_key} = best.tenant_id
  LEFT JOIN chatter.tenant c ON c.schema_name = t.schema_name::text COLLATE "C"
