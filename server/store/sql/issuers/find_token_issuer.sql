-- Gives: issuer text, audience text, jwks text, jwks_uri text, create_users boolean, created_at timestamptz,
-- user_claim text, audience_may_be_absent boolean
SELECT issuer, audience, jwks, jwks_uri, create_users, created_at, user_claim, audience_may_be_absent
  FROM chatter.token_issuer
 WHERE schema_name = $1 AND issuer = $2
