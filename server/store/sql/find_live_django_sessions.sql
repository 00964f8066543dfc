-- $1 the sessions' keys.
SELECT session_key::text
  FROM {session_table}
 WHERE session_key = ANY ($1::text[]) AND expire_date > statement_timestamp()
