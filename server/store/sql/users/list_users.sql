-- $1 prefix, $2 the id after which to begin, $3 how many.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
SELECT id, display_name, created_at, active
  FROM {schema}.chatter_user_view
 WHERE active AND id ^@ $1 AND id > $2
 ORDER BY id
 LIMIT $3
