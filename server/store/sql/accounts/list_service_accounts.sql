-- $1 the name after which to begin, $2 how many.
-- Gives: name text, tenants text[], services text[], read_only boolean, may_act_for_users boolean, changed_at
-- timestamptz, created_at timestamptz, certificate_names text[]
SELECT a.name, a.tenants, a.services, a.read_only, a.may_act_for_users, a.changed_at, a.created_at,
       array(SELECT c.subject_name FROM chatter.client_certificate c
              WHERE c.account = a.name ORDER BY c.subject_name) AS certificate_names
  FROM chatter.service_account a
 WHERE a.name > $1
 ORDER BY a.name
 LIMIT $2
