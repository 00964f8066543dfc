-- $1 user ids. Those that there are.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
SELECT id, display_name, created_at, active FROM {schema}.chatter_user_view WHERE id = ANY ($1::text[]) ORDER BY id
