-- $1 token digest, $2 whose it must be (empty: anybody's), $3 the tenant.
WITH revoked AS (
  DELETE FROM {schema}.chatter_session WHERE token_digest = $1 AND $2 IN ('', user_id)
  RETURNING expires_at, idle_ttl, last_used_at
), counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1
   WHERE schema_name = $3 AND EXISTS (SELECT FROM revoked)
)
SELECT expires_at > statement_timestamp()
       AND (idle_ttl IS NULL OR last_used_at + idle_ttl * interval '1 microsecond' > statement_timestamp())
  FROM revoked
