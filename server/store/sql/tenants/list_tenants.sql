-- $1 the name after which to begin, $2 how many, $3 the state, $4 how the name begins, $5 as which one of the
-- domains may be spelt; 0 or empty: any.
-- Gives: schema_name text, display_name text, created_at timestamptz, domains text[], state smallint, state_reason
-- text, purge_at timestamptz, attached boolean, schema_version integer, user_source text, schema_is_known boolean,
-- schema_stamp bigint
SELECT c.schema_name, c.display_name, c.created_at,
       array(SELECT d.domain FROM chatter.tenant_domain d
              WHERE d.schema_name = c.schema_name ORDER BY d.domain) AS domains,
       c.state, c.state_reason, c.purge_at, c.attached, c.schema_version, c.user_source,
       c.state = {tenant.deleted} OR {{schema_is_known}} AS schema_is_known,
       coalesce({{schema_stamp}}, 0) AS schema_stamp
  FROM chatter.tenant c
 WHERE c.schema_name > $1
   AND ($3 = 0::smallint OR c.state = $3)
   AND c.schema_name ^@ $4
   AND ($5::text[] = '{}' OR c.schema_name IN (SELECT schema_name FROM chatter.tenant_domain
                                               WHERE domain = ANY ($5::text[])))
 ORDER BY c.schema_name
 LIMIT $2
