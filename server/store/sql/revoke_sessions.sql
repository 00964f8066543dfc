-- $1 user; $2 whether only those of the device $3; $4 the tenant.
WITH revoked AS (
  DELETE FROM {schema}.chatter_session WHERE user_id = $1 AND ($2::smallint = 0 OR device = $3)
  RETURNING token_digest, expires_at, idle_ttl, last_used_at
), counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1
   WHERE schema_name = $4 AND EXISTS (SELECT FROM revoked)
)
SELECT token_digest,
       expires_at > statement_timestamp()
       AND (idle_ttl IS NULL OR last_used_at + idle_ttl * interval '1 microsecond' > statement_timestamp())
  FROM revoked
