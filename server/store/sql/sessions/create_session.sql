-- $1 the tenant, $2 token digest, $3 user, $4 lifetime in microseconds, $5 idle lifetime in microseconds (0: none), $6
-- device, $7 the service account that makes it (or `administrator`), $8 how many of the user's sessions may stay
-- beside it. No row: there is no such user.
-- May be run twice for one token: a retry finds what the first attempt stored.
-- Gives: user_id text, created_at timestamptz, expires_at timestamptz, ?column? boolean, device text, idle_ttl bigint,
-- last_used_at timestamptz, token_digest bytea, service text
WITH known AS (
  SELECT id FROM {schema}.chatter_user_view WHERE id = $3 AND active
), kept AS (
  SELECT s.token_digest FROM {schema}.chatter_session s
   WHERE s.user_id = $3 AND {{session_holds}}
   ORDER BY s.last_used_at DESC, s.token_digest
   LIMIT $8
), gone AS (
  DELETE FROM {schema}.chatter_session s
   USING known
   WHERE s.user_id = known.id AND s.token_digest <> $2
     AND s.token_digest NOT IN (SELECT kept.token_digest FROM kept)
)
INSERT INTO {schema}.chatter_session AS s
       (token_digest, user_id, created_at, expires_at, device, idle_ttl, last_used_at, service)
SELECT $2, known.id, statement_timestamp(), statement_timestamp() + $4 * interval '1 microsecond',
       $6, nullif($5::bigint, 0), statement_timestamp(), $7
  FROM known
    ON CONFLICT (token_digest) DO UPDATE SET user_id = s.user_id
RETURNING s.user_id, s.created_at, s.expires_at, true, s.device, s.idle_ttl, s.last_used_at, s.token_digest,
          coalesce(s.service, '') AS service
