-- Those of $2 that the tenant doesn't have yet. Fails where one is another tenant's.
-- Gives: nothing
INSERT INTO chatter.tenant_domain (domain, schema_name)
SELECT n.domain, t.schema_name
  FROM unnest($2::text[]) AS n (domain)
  JOIN chatter.tenant t ON t.schema_name = $1 AND t.state <> {tenant.deleted}
 WHERE NOT EXISTS (SELECT FROM chatter.tenant_domain d
                    WHERE d.domain = n.domain AND d.schema_name = $1)
