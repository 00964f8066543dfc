-- $1 the users' primary keys: an array of whatever type the column is.
SELECT u.{key}::text, sha256(convert_to(coalesce(u.{password}::text, ''), 'UTF8'))
  FROM {user_table} u
 WHERE u.{key} = ANY ($1)
