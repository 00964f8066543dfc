-- $1 the tenant, $2 token digest, $3 whose it must be (null: anybody's). Whether it held; no row: there is none.
-- Gives: holds boolean
WITH revoked AS (
  DELETE FROM {schema}.chatter_session AS s WHERE s.token_digest = $2 AND ($3::text IS NULL OR s.user_id = $3)
  RETURNING {{session_holds}} AS holds
), counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1
   WHERE schema_name = $1 AND EXISTS (SELECT FROM revoked)
)
SELECT holds FROM revoked
