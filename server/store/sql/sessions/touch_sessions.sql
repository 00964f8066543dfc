-- $1 token digests, of sessions that are used: writes that down, where it is news. Whoever finds a session does this
-- afterwards, so that it can be found where nothing can be written.
-- Gives: nothing
UPDATE {schema}.chatter_session SET last_used_at = statement_timestamp()
 WHERE token_digest IN (SELECT s.token_digest FROM {schema}.chatter_session s
                         WHERE s.token_digest = ANY ($1::bytea[]) AND {{session_news}}
                           FOR UPDATE SKIP LOCKED)
