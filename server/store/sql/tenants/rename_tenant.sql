-- $2 the display name.
-- Gives: nothing
UPDATE chatter.tenant SET display_name = $2 WHERE schema_name = $1 AND state <> {tenant.deleted}
