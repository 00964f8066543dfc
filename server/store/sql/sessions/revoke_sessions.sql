-- $1 the tenant, $2 user; $3 whether only those of the device $4. What is revoked, and whether it held.
-- Gives: token_digest bytea, holds boolean
WITH revoked AS (
  DELETE FROM {schema}.chatter_session AS s WHERE s.user_id = $2 AND ($3::smallint = 0 OR s.device = $4)
  RETURNING s.token_digest, {{session_holds}} AS holds
), counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1
   WHERE schema_name = $1 AND EXISTS (SELECT FROM revoked)
)
SELECT token_digest, holds FROM revoked
