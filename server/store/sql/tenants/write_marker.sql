-- $1 the schema's name, $2 the version of its tables, $3 whether it becomes another incarnation. Returns the incarnation
-- and the marker's oid.
-- Gives: incarnation uuid, marker_oid bigint
INSERT INTO {schema}.chatter_schema AS s (incarnation, name, version)
VALUES (gen_random_uuid(), $1, $2::integer)
    ON CONFLICT (single) DO UPDATE
   SET incarnation = CASE WHEN $3::boolean THEN excluded.incarnation ELSE s.incarnation END,
       name = excluded.name, version = excluded.version
RETURNING s.incarnation, s.tableoid::bigint AS marker_oid
