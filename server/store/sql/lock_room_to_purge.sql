-- $1 tenant, $2 room. No row where another server is at work on it, or has done it; else whether the tenant's schema is
-- still there.
SELECT to_regclass(quote_ident(tenant) || '.chatter_event') IS NOT NULL
  FROM chatter.room_to_purge
 WHERE tenant = $1 AND room_id = $2::uuid
   FOR UPDATE SKIP LOCKED
