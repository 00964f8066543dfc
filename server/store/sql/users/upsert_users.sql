-- $1 ids, $2 display names: arrays of one length, no id twice. Rows are locked in the order of the
-- ids, so that two of these can't deadlock.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
INSERT INTO {schema}.chatter_user AS c (id, display_name)
SELECT u.id, u.display_name FROM unnest($1::text[], $2::text[]) AS u (id, display_name)
 ORDER BY u.id COLLATE "C"
    ON CONFLICT (id) DO UPDATE SET display_name = excluded.display_name
RETURNING c.id, c.display_name, c.created_at, c.active
