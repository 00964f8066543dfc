-- $1 id, $2 whether the user is active.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
UPDATE {schema}.chatter_user SET active = $2 WHERE id = $1
RETURNING id, display_name, created_at, active
