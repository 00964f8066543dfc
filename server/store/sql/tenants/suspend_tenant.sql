-- $2 the reason, not empty.
-- Gives: nothing
UPDATE chatter.tenant
   SET state = {tenant.suspended}, state_reason = $2
 WHERE schema_name = $1 AND state <> {tenant.deleted}
