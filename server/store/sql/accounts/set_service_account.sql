-- $1 name, $2 tenants, $3 services, $4 whether it may only read, $5 whether it may act for users. The sessions that it has
-- made hold as long as it might make them: where it might before, streams are looked at again.
-- Gives: nothing
WITH counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1
   WHERE EXISTS (SELECT FROM chatter.service_account a
                  WHERE a.name = $1 AND a.may_act_for_users AND a.tenants && ARRAY['*', schema_name])
)
INSERT INTO chatter.service_account AS a (name, tenants, services, read_only, may_act_for_users)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO UPDATE
   SET tenants = excluded.tenants, services = excluded.services, read_only = excluded.read_only,
       may_act_for_users = excluded.may_act_for_users, changed_at = clock_timestamp()
