-- Whether its schema isn't Chatter's; no row where the tenant isn't to be purged, or not any more.
-- Gives: attached boolean
SELECT attached FROM chatter.tenant
 WHERE schema_name = $1 AND state = {tenant.deleted} AND purge_at <= now()
   FOR UPDATE
