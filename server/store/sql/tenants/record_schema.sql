-- $1 a tenant, $2 the version of its tables, $3 what the users' view reads, $4 the incarnation, $5 the marker's oid,
-- $6 whether open streams are to be looked at again.
-- Gives: nothing
UPDATE chatter.tenant
   SET schema_version = $2::integer, user_source = $3, incarnation = $4::uuid, marker_oid = $5::oid,
       identity_version = identity_version + $6::boolean::integer
 WHERE schema_name = $1
