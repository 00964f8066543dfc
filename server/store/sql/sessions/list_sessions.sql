-- $1 user; $2, $3 the place after which to begin (null: from the start); $4 how many. Those that hold, as far as the
-- tenant knows (find_session_makers.sql): of a deactivated user, none.
-- Gives: user_id text, created_at timestamptz, expires_at timestamptz, ?column? boolean, device text, idle_ttl bigint,
-- last_used_at timestamptz, token_digest bytea, service text
SELECT s.user_id, s.created_at, s.expires_at, true, s.device, s.idle_ttl, s.last_used_at, s.token_digest,
       coalesce(s.service, '') AS service
  FROM {schema}.chatter_session s
  JOIN {schema}.chatter_user_view u ON u.id = s.user_id AND u.active
 WHERE s.user_id = $1 AND {{session_holds}}
   AND ($2::timestamptz IS NULL OR (s.created_at, s.token_digest) < ($2, $3::bytea))
 ORDER BY s.created_at DESC, s.token_digest DESC
 LIMIT $4
