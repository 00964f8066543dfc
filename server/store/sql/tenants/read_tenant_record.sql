-- $1 a schema's name. What the control schema knows of the tenant, as far as it tells which it is.
SELECT greatest(schema_version::integer, 0), user_source, state::integer, incarnation, marker_oid FROM chatter.tenant WHERE schema_name = $1
