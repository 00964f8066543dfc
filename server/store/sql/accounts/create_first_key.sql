-- $1 a tenant that is being made, $2 the digest of a key, in hexadecimal. No row: there is an account of that
-- name already.
-- Gives: account text
WITH account AS (
  INSERT INTO chatter.service_account (name, tenants, services, read_only, may_act_for_users)
  SELECT $1::text, ARRAY[$1::text], ARRAY['*'], false, true
      ON CONFLICT DO NOTHING
  RETURNING name
)
INSERT INTO chatter.api_key (token_digest, account)
SELECT decode($2, 'hex'), account.name FROM account
RETURNING account
