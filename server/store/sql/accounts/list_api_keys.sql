-- Those of the account $1 that hold, newest first.
-- Gives: token_digest bytea, account text, created_at timestamptz, expires_at timestamptz, last_used_at timestamptz
SELECT token_digest, account, created_at, expires_at, last_used_at
  FROM chatter.api_key
 WHERE account = $1 AND (expires_at IS NULL OR expires_at > statement_timestamp())
 ORDER BY created_at DESC, token_digest
