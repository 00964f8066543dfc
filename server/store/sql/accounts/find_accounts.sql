-- $1 names. Those of the accounts that there are, with the place of each, from 1.
-- Gives: name text, tenants text[], services text[], read_only boolean, may_act_for_users boolean, changed_at
-- timestamptz, place bigint
SELECT a.name, a.tenants, a.services, a.read_only, a.may_act_for_users, a.changed_at, t.place
  FROM unnest($1::text[]) WITH ORDINALITY AS t (name, place)
  JOIN chatter.service_account a ON a.name = t.name
 ORDER BY t.place
