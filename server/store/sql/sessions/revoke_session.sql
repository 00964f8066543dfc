-- $1 token digest, $2 whose it must be (null: anybody's). Whether it held, as far as the tenant knows
-- (find_session_makers.sql), and what that hangs on; no row: there is none.
-- Gives: holds boolean, service text, created_at timestamptz
DELETE FROM {schema}.chatter_session AS s WHERE s.token_digest = $1 AND ($2::text IS NULL OR s.user_id = $2)
RETURNING {{session_holds}} AS holds, coalesce(s.service, '') AS service, s.created_at
