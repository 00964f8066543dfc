-- $1 the session's key. {session_table} is Django's: configured, and checked at the start.
-- Gives: session_data text, expire_date timestamptz
SELECT session_data::text, expire_date
  FROM {session_table}
 WHERE session_key = $1 AND expire_date > statement_timestamp()
