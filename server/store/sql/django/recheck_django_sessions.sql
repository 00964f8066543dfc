-- $1 the sessions' keys, $2 the SHA-256 of what each held.
-- The places in $1, from 1 on, of those that haven't expired, and what they hold if it is something else by now.
-- Gives: place bigint, new_data text
SELECT known.place,
       CASE WHEN sha256(convert_to(s.session_data::text, 'UTF8')) <> known.digest THEN s.session_data::text END AS new_data
  FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS known (session_key, digest, place)
  JOIN {session_table} s USING (session_key)
 WHERE s.expire_date > statement_timestamp()
