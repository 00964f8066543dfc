-- $1 name. The sessions that it has made end with it: where it might make any, streams are looked at again.
-- Gives: ?column? boolean
WITH deleted AS (
  DELETE FROM chatter.service_account WHERE name = $1 RETURNING tenants, may_act_for_users
), counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1
   WHERE EXISTS (SELECT FROM deleted d WHERE d.may_act_for_users AND d.tenants && ARRAY['*', schema_name])
)
SELECT true FROM deleted
