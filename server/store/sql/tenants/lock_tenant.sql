-- Those who change the same tenant wait for one another.
-- Gives: state smallint
SELECT state FROM chatter.tenant WHERE schema_name = $1 FOR UPDATE
