-- $1 a tenant of which nothing is left but its names: domains and a display name.
-- Gives: nothing
WITH issuers AS (
  DELETE FROM chatter.token_issuer WHERE schema_name = $1
)
UPDATE chatter.tenant
   SET state = {tenant.active}, state_reason = '', purge_at = NULL, created_at = now(), attached = true,
       schema_version = 0, user_source = '', incarnation = NULL, marker_oid = NULL
 WHERE schema_name = $1
