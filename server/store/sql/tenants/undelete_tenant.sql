-- Gives: nothing
UPDATE chatter.tenant
   SET state = CASE WHEN state_reason = '' THEN 1 ELSE 2 END, purge_at = NULL
 WHERE schema_name = $1 AND state = 3 AND purge_at > now()
