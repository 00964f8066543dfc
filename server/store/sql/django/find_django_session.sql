-- $1 the session's key. {session_table} is Django's: configured, and checked at the start.
-- Gives: session_data text
SELECT session_data::text
  FROM {session_table}
 WHERE session_key = $1 AND expire_date > statement_timestamp()
