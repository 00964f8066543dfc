-- $1 digest, $2 account, $3 lifetime in microseconds (0: without an end), $4 how many keys may hold beside
-- it. Deletes those that have ended. No row: there is no such account, or it has more keys. May be run
-- twice for one key: a retry finds what the first attempt stored.
-- Gives: token_digest bytea, account text, created_at timestamptz, expires_at timestamptz, last_used_at timestamptz
WITH ended AS (
  DELETE FROM chatter.api_key WHERE account = $2 AND expires_at <= statement_timestamp()
)
INSERT INTO chatter.api_key AS k (token_digest, account, created_at, expires_at)
SELECT $1, a.name, statement_timestamp(),
       CASE WHEN $3 > 0 THEN statement_timestamp() + $3 * interval '1 microsecond' END
  FROM chatter.service_account a
 WHERE a.name = $2
   AND (SELECT count(*) FROM chatter.api_key o
         WHERE o.account = $2 AND o.token_digest <> $1
           AND (o.expires_at IS NULL OR o.expires_at > statement_timestamp())) <= $4
    ON CONFLICT (token_digest) DO UPDATE SET account = k.account
RETURNING k.token_digest, k.account, k.created_at, k.expires_at, k.last_used_at
