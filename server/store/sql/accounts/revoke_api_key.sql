-- Whether it held; no row: there is none.
-- Gives: ?column? boolean
DELETE FROM chatter.api_key WHERE token_digest = $1
RETURNING expires_at IS NULL OR expires_at > statement_timestamp()
