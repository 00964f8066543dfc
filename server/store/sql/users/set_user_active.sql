-- $1 id, $2 whether the user is active, $3 the tenant.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
WITH counted AS (
  UPDATE chatter.tenant SET identity_version = identity_version + 1 WHERE schema_name = $3 AND NOT $2
)
UPDATE {schema}.chatter_user SET active = $2 WHERE id = $1
RETURNING id, display_name, created_at, active
