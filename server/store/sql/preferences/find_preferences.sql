-- $1 user. No row: none were made.
-- Gives: quiet_from smallint, quiet_to smallint, quiet_zone text, hides_read_marks boolean, invisible boolean
SELECT quiet_from, quiet_to, quiet_zone, hides_read_marks, invisible
  FROM {schema}.chatter_user_state
 WHERE user_id = $1
