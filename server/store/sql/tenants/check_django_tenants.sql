-- As check_tenants.sql, of the tenants that stand in {tenant_table}, the one of django-tenants. One that Chatter
-- doesn't know yet is active.
-- Gives: case smallint, coalesce text, coalesce bigint, schema_is_known boolean, schema_stamp bigint
SELECT CASE WHEN t.schema_name IS NOT NULL THEN coalesce(c.state, {tenant.active}::smallint) END,
       coalesce(c.state_reason, ''), coalesce(c.identity_version, 0),
       {{schema_is_known}} AS schema_is_known,
       coalesce({{schema_stamp}}, 0) AS schema_stamp
  FROM unnest($1::text[]) WITH ORDINALITY AS n (schema_name, place)
  LEFT JOIN {tenant_table} t ON t.schema_name = n.schema_name
  LEFT JOIN chatter.tenant c ON c.schema_name = n.schema_name
 ORDER BY n.place
