-- $1 the tenant that has the name $2 by now.
-- Gives: nothing
WITH rooms AS (
  UPDATE chatter.room_to_purge SET tenant = $2 WHERE tenant = $1
), accounts AS (
  UPDATE chatter.service_account
     SET tenants = array_replace(array_remove(tenants, $2::text), $1::text, $2::text), changed_at = clock_timestamp()
   WHERE $1::text = ANY (tenants)
)
UPDATE chatter.tenant SET schema_name = $2 WHERE schema_name = $1
