-- $1 a schema's name. What the control schema knows of the tenant, as far as it tells which it is.
-- Gives: schema_version integer, user_source text, state integer, incarnation uuid, marker_oid bigint
SELECT greatest(schema_version::integer, 0) AS schema_version, user_source, state::integer, incarnation,
       marker_oid::bigint
  FROM chatter.tenant
 WHERE schema_name = $1
