-- $2 the grace in microseconds. The reason stays: it tells whether the tenant was suspended before.
-- Gives: nothing
UPDATE chatter.tenant
   SET state = {tenant.deleted}, purge_at = now() + $2 * interval '1 microsecond'
 WHERE schema_name = $1
