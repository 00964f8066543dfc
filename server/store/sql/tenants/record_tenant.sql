-- $1 a schema's name, $2 a display name, $3 whether the schema isn't Chatter's: a tenant whose tables aren't made yet.
-- Gives: nothing
INSERT INTO chatter.tenant (schema_name, display_name, schema_version, attached) VALUES ($1, $2, 0, $3::boolean)
