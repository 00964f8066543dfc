-- $1 the sessions' keys.
-- Gives: session_key text
SELECT session_key::text
  FROM {session_table}
 WHERE session_key = ANY ($1::text[]) AND expire_date > statement_timestamp()
