-- $1 the name after which to begin, $2 how many.
-- Gives: schema_name text
SELECT schema_name
  FROM chatter.tenant
 WHERE state = {tenant.deleted} AND purge_at <= now() AND schema_name > $1
 ORDER BY schema_name
 LIMIT $2::integer
