-- As check_tenants.sql, of the tenants that stand in {tenant_table}, the one of django-tenants. One that Chatter
-- doesn't know yet is active.
SELECT CASE WHEN t.schema_name IS NOT NULL THEN coalesce(c.state, 1::smallint) END,
       coalesce(c.state_reason, ''), coalesce(c.identity_version, 0)
  FROM unnest($1::text[]) WITH ORDINALITY AS n (schema_name, place)
  LEFT JOIN {tenant_table} t ON t.schema_name = n.schema_name
  LEFT JOIN chatter.tenant c ON c.schema_name = n.schema_name
 ORDER BY n.place
