SELECT t.schema_name, t.display_name, t.created_at,
       array(SELECT d.domain FROM chatter.tenant_domain d
              WHERE d.schema_name = t.schema_name ORDER BY d.domain) AS domains
  FROM chatter.tenant t
 WHERE t.schema_name = $1
