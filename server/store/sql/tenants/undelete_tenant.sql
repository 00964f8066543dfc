-- Gives: nothing
UPDATE chatter.tenant
   SET state = CASE WHEN state_reason = '' THEN {tenant.active} ELSE {tenant.suspended} END, purge_at = NULL
 WHERE schema_name = $1 AND state = {tenant.deleted} AND purge_at > now()
