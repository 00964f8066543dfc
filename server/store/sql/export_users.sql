-- $1 the id after which to begin, $2 how many.
SELECT id, display_name, created_at, active
  FROM {schema}.chatter_user_view
 WHERE id > $1
 ORDER BY id
 LIMIT $2
