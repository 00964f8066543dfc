-- Gives: issuer text, audience text, jwks text, jwks_uri text, create_users boolean, created_at timestamptz
SELECT issuer, audience, jwks, jwks_uri, create_users, created_at
  FROM chatter.token_issuer
 WHERE schema_name = $1
 ORDER BY issuer
