-- $1 user; $2 whether only those of the device $3. What is revoked, whether it held, as far as the tenant knows
-- (find_session_makers.sql), and what that hangs on.
-- Gives: token_digest bytea, holds boolean, service text, created_at timestamptz
DELETE FROM {schema}.chatter_session AS s WHERE s.user_id = $1 AND ($2::smallint = 0 OR s.device = $3)
RETURNING s.token_digest, {{session_holds}} AS holds, coalesce(s.service, '') AS service, s.created_at
