-- $1 token digest. The session if it holds, as far as the tenant knows (find_session_makers.sql); and whether it is news that it is used (touch_sessions.sql).
-- Gives: user_id text, created_at timestamptz, expires_at timestamptz, active boolean, device text, idle_ttl bigint,
-- last_used_at timestamptz, token_digest bytea, service text, is_news boolean
SELECT s.user_id, s.created_at, s.expires_at, u.active, s.device, s.idle_ttl, s.last_used_at, s.token_digest,
       coalesce(s.service, '') AS service, {{session_news}} AS is_news
  FROM {schema}.chatter_session s
  JOIN {schema}.chatter_user_view u ON u.id = s.user_id
 WHERE s.token_digest = $1 AND {{session_holds}}
