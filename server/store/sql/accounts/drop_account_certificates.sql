-- Those that aren't in $2 any more.
-- Gives: nothing
DELETE FROM chatter.client_certificate WHERE account = $1 AND subject_name <> ALL ($2::text[])
