-- $1 user. Whether to change what, and to what: $2 and $3 (from), $4 (to; -1: never), $5 (zone) when not to be
-- disturbed; $6 and $7 whether read marks are hidden; $8 and $9 whether the user seems to be offline.
-- Gives: quiet_from smallint, quiet_to smallint, quiet_zone text, hides_read_marks boolean, invisible boolean
INSERT INTO {schema}.chatter_user_state AS s
       (user_id, quiet_from, quiet_to, quiet_zone, hides_read_marks, invisible)
VALUES ($1, nullif($3, -1), nullif($4, -1), $5, $7, $9)
    ON CONFLICT (user_id) DO UPDATE
   SET quiet_from = CASE WHEN $2 THEN excluded.quiet_from ELSE s.quiet_from END,
       quiet_to = CASE WHEN $2 THEN excluded.quiet_to ELSE s.quiet_to END,
       quiet_zone = CASE WHEN $2 THEN excluded.quiet_zone ELSE s.quiet_zone END,
       hides_read_marks = CASE WHEN $6 THEN excluded.hides_read_marks ELSE s.hides_read_marks END,
       invisible = CASE WHEN $8 THEN excluded.invisible ELSE s.invisible END
RETURNING quiet_from, quiet_to, quiet_zone, hides_read_marks, invisible
