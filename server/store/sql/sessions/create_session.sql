-- $1 token digest, $2 user, $3 lifetime in microseconds, $4 idle lifetime in microseconds (0: none), $5 device, $6 the
-- service account that makes it (or `administrator`), $7 how many of the user's sessions may stay beside it. No row:
-- there is no such user.
-- May be run twice for one token: a retry finds what the first attempt stored.
-- Gives: user_id text, created_at timestamptz, expires_at timestamptz, ?column? boolean, device text, idle_ttl bigint,
-- last_used_at timestamptz, token_digest bytea, service text
WITH known AS (
  SELECT id FROM {schema}.chatter_user_view WHERE id = $2 AND active
), kept AS (
  SELECT s.token_digest FROM {schema}.chatter_session s
   WHERE s.user_id = $2 AND {{session_holds}}
   ORDER BY s.last_used_at DESC, s.token_digest
   LIMIT $7
), gone AS (
  DELETE FROM {schema}.chatter_session s
   USING known
   WHERE s.user_id = known.id AND s.token_digest <> $1
     AND s.token_digest NOT IN (SELECT kept.token_digest FROM kept)
)
INSERT INTO {schema}.chatter_session AS s
       (token_digest, user_id, created_at, expires_at, device, idle_ttl, last_used_at, service)
SELECT $1, known.id, statement_timestamp(), statement_timestamp() + $3 * interval '1 microsecond',
       $5, nullif($4::bigint, 0), statement_timestamp(), $6
  FROM known
    ON CONFLICT (token_digest) DO UPDATE SET user_id = s.user_id
RETURNING s.user_id, s.created_at, s.expires_at, true, s.device, s.idle_ttl, s.last_used_at, s.token_digest,
          coalesce(s.service, '') AS service
