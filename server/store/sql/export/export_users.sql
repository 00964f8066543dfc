-- $1 the id after which to begin, $2 how many.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
SELECT id, display_name, created_at, active
  FROM {schema}.chatter_user_view
 WHERE id > $1
 ORDER BY id
 LIMIT $2
