-- $1 how the domain may be spelt, the best match first.
SELECT t.schema_name, t.display_name, t.created_at,
       array(SELECT d.domain FROM chatter.tenant_domain d
              WHERE d.schema_name = t.schema_name ORDER BY d.domain) AS domains,
       t.state, t.state_reason, t.purge_at, t.attached, t.schema_version, t.user_source
  FROM chatter.tenant t
 WHERE t.schema_name = (SELECT d.schema_name FROM chatter.tenant_domain d
                         WHERE d.domain = ANY ($1::text[])
                         ORDER BY array_position($1::text[], d.domain)
                         LIMIT 1)
