-- $1 tenant, $2 issuer, $3 audience, $4 jwks, $5 jwks_uri, $6 create_users (1: yes), $7 how many issuers a
-- tenant may have, $8 user_claim, $9 audience_may_be_absent. No row: it has as many others. (Two at once may make it one
-- more, which does no harm.)
-- Gives: issuer text, audience text, jwks text, jwks_uri text, create_users boolean, created_at timestamptz,
-- user_claim text, audience_may_be_absent boolean
INSERT INTO chatter.token_issuer AS i (schema_name, issuer, audience, jwks, jwks_uri, create_users, user_claim,
                                       audience_may_be_absent)
SELECT $1, $2, $3, $4, $5, $6 = 1, $8, $9
 WHERE (SELECT count(*) FROM chatter.token_issuer o WHERE o.schema_name = $1 AND o.issuer <> $2) < $7
    ON CONFLICT (schema_name, issuer) DO UPDATE
   SET audience = excluded.audience, jwks = excluded.jwks, jwks_uri = excluded.jwks_uri,
       create_users = excluded.create_users, user_claim = excluded.user_claim,
       audience_may_be_absent = excluded.audience_may_be_absent
RETURNING i.issuer, i.audience, i.jwks, i.jwks_uri, i.create_users, i.created_at, i.user_claim,
          i.audience_may_be_absent
