-- $1 token digest, $2 user, $3 lifetime in microseconds. No row: there is no such user.
-- May be run twice for one token: a retry finds what the first attempt stored.
INSERT INTO {schema}.chatter_session AS s (token_digest, user_id, created_at, expires_at)
SELECT $1, u.id, statement_timestamp(), statement_timestamp() + $3 * interval '1 microsecond'
  FROM {schema}.chatter_user u WHERE u.id = $2
    ON CONFLICT (token_digest) DO UPDATE SET user_id = s.user_id
RETURNING user_id, created_at, expires_at
