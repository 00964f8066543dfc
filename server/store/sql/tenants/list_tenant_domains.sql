-- $1 a schema's name.
-- Gives: domain text
SELECT domain FROM chatter.tenant_domain WHERE schema_name = $1 ORDER BY domain
