-- $1 an incarnation, $2 the schema's name, $3 the version of its tables. REQUIRES: the marker is empty.
-- Gives: nothing
INSERT INTO {schema}.chatter_schema (incarnation, name, version) VALUES ($1::uuid, $2, $3::integer)
