-- Those that aren't in $2 any more.
-- Gives: domain text
DELETE FROM chatter.tenant_domain d
 USING chatter.tenant t
 WHERE t.schema_name = $1 AND t.state <> {tenant.deleted} AND d.schema_name = $1 AND d.domain <> ALL ($2)
RETURNING d.domain
