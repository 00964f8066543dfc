SELECT user_id, created_at, expires_at
  FROM {schema}.chatter_session
 WHERE token_digest = $1 AND expires_at > statement_timestamp()
