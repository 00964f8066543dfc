-- $1 prefix, $2 the id after which to begin, $3 how many.
SELECT id, display_name, created_at, active
  FROM {schema}.chatter_user_view
 WHERE active AND id ^@ $1 AND id > $2
 ORDER BY id
 LIMIT $3
