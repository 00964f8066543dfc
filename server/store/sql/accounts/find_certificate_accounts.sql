-- $1 subject names. The accounts that they stand for.
-- Gives: name text, tenants text[], services text[], read_only boolean, may_act_for_users boolean, changed_at
-- timestamptz
SELECT a.name, a.tenants, a.services, a.read_only, a.may_act_for_users, a.changed_at
  FROM chatter.service_account a
 WHERE a.name IN (SELECT c.account FROM chatter.client_certificate c
                   WHERE c.subject_name = ANY ($1::text[]))
 ORDER BY a.name
 LIMIT 2
