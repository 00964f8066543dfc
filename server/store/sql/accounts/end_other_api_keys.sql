-- $1 account, $2 digest of the key that goes on, $3 how long the others do, in microseconds.
-- Gives: nothing
UPDATE chatter.api_key
   SET expires_at = least(expires_at, statement_timestamp() + $3 * interval '1 microsecond')
 WHERE account = $1 AND token_digest <> $2
