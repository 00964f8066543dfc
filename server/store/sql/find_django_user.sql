-- $1 the user's primary key, of whatever type the column is. {user_table} and its columns are
-- Django's: configured, and checked at the start.
SELECT u.{key}::text, u.{id}::text, coalesce(u.{password}::text, ''), {active}
  FROM {user_table} u
 WHERE u.{key} = $1 AND u.{id} IS NOT NULL
