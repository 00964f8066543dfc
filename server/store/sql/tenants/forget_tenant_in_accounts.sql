-- $1 a tenant that is purged: no account may do anything in one that gets its name later.
-- Gives: nothing
WITH idle AS (
  DELETE FROM chatter.service_account WHERE tenants = ARRAY[$1::text]
)
UPDATE chatter.service_account
   SET tenants = array_remove(tenants, $1::text), changed_at = clock_timestamp()
 WHERE $1::text = ANY (tenants) AND tenants <> ARRAY[$1::text]
