-- $1 digests of keys that are used: writes that down, where it is news. Whoever finds a key does this afterwards, so
-- that it can be found where nothing can be written.
-- Gives: nothing
UPDATE chatter.api_key SET last_used_at = statement_timestamp()
 WHERE token_digest IN (SELECT k.token_digest FROM chatter.api_key k
                         WHERE k.token_digest = ANY ($1::bytea[]) AND {{api_key_news}}
                           FOR UPDATE SKIP LOCKED)
