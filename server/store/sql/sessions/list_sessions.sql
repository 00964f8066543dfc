-- $1 the tenant, $2 user; $3, $4 the place after which to begin (null: from the start); $5 how many.
-- Gives: user_id text, created_at timestamptz, expires_at timestamptz, ?column? boolean, device text, idle_ttl bigint,
-- last_used_at timestamptz, token_digest bytea, service text
SELECT s.user_id, s.created_at, s.expires_at, true, s.device, s.idle_ttl, s.last_used_at, s.token_digest,
       coalesce(s.service, '') AS service
  FROM {schema}.chatter_session s
 WHERE s.user_id = $2 AND {{session_holds}}
   AND ($3::timestamptz IS NULL OR (s.created_at, s.token_digest) < ($3, $4::bytea))
 ORDER BY s.created_at DESC, s.token_digest DESC
 LIMIT $5
