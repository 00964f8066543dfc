-- $1 the name after which to begin, $2 how many, $3 the state, $4 how the name begins, $5 one of the
-- domains; 0 or empty: any.
SELECT t.schema_name, t.display_name, t.created_at,
       array(SELECT d.domain FROM chatter.tenant_domain d
              WHERE d.schema_name = t.schema_name ORDER BY d.domain) AS domains,
       t.state, t.state_reason, t.purge_at, t.attached, t.schema_version, t.user_source
  FROM chatter.tenant t
 WHERE t.schema_name > $1
   AND ($3 = 0::smallint OR t.state = $3)
   AND t.schema_name ^@ $4
   AND ($5 = '' OR t.schema_name = (SELECT schema_name FROM chatter.tenant_domain
                                     WHERE domain = $5))
 ORDER BY t.schema_name
 LIMIT $2
