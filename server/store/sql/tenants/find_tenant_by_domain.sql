-- $1 how the domain may be spelt, the best match first.
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
 WHERE c.schema_name = (SELECT d.schema_name FROM chatter.tenant_domain d
                         WHERE d.domain = ANY ($1::text[])
                         ORDER BY array_position($1::text[], d.domain)
                         LIMIT 1)
