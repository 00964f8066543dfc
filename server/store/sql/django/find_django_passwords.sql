-- $1 the users' primary keys: an array of whatever type the column is.
-- Gives: key text, digest bytea
SELECT u.{key}::text AS key, sha256(convert_to(coalesce(u.{password}::text, ''), 'UTF8')) AS digest
  FROM {user_table} u
 WHERE u.{key} = ANY ($1)
