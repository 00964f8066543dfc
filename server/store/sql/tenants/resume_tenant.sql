-- Gives: nothing
UPDATE chatter.tenant
   SET state = {tenant.active}, state_reason = ''
 WHERE schema_name = $1 AND state = {tenant.suspended}
