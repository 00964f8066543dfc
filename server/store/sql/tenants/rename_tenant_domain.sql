-- $2 the old one, $3 the new one. Fails where the new one is another tenant's.
-- Gives: nothing
UPDATE chatter.tenant_domain d
   SET domain = $3
  FROM chatter.tenant t
 WHERE t.schema_name = $1 AND t.state <> {tenant.deleted} AND d.schema_name = $1 AND d.domain = $2
