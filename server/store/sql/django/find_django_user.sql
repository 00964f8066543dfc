-- $1 the user's primary key, of whatever type the column is. {user_table} and its columns are
-- Django's: configured, and checked at the start.
-- Gives: key text, id text, password text, active boolean
SELECT u.{key}::text AS key, u.{id}::text AS id, coalesce(u.{password}::text, '') AS password, {active} AS active
  FROM {user_table} u
 WHERE u.{key} = $1 AND u.{id} IS NOT NULL
