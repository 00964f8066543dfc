-- $1 an incarnation, $2 the oid of a marker. Under which name the very schema that holds this marker is known.
-- Gives: schema_name text
SELECT schema_name FROM chatter.tenant WHERE incarnation = $1::uuid AND marker_oid = $2::oid
