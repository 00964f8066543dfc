-- $1 a domain, $2 the tenant that is to have it. No row: another one has it.
-- Gives: domain text
INSERT INTO chatter.tenant_domain AS d (domain, schema_name)
VALUES ($1, $2)
    ON CONFLICT (domain) DO UPDATE SET domain = excluded.domain
 WHERE d.schema_name = excluded.schema_name
RETURNING d.domain
