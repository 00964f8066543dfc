-- $1 the users' primary keys: an array of whatever type the column is.
-- Gives: key text, password text
SELECT u.{key}::text AS key, coalesce(u.{password}::text, '') AS password
  FROM {user_table} u
 WHERE u.{key} = ANY ($1)
