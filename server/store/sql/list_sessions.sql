-- $1 user; $2, $3 the place after which to begin (null: from the start); $4 how many.
SELECT s.user_id, s.created_at, s.expires_at, true, s.device, s.idle_ttl, s.last_used_at, s.token_digest
  FROM {schema}.chatter_session s
 WHERE s.user_id = $1 AND s.expires_at > statement_timestamp()
   AND (s.idle_ttl IS NULL OR s.last_used_at + s.idle_ttl * interval '1 microsecond' > statement_timestamp())
   AND ($2::timestamptz IS NULL OR (s.created_at, s.token_digest) < ($2, $3::bytea))
 ORDER BY s.created_at DESC, s.token_digest DESC
 LIMIT $4
