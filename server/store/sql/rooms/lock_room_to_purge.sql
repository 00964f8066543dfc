-- $1 tenant, $2 room. No row where another server is at work on it, or has done it; else whether the tenant's schema is
-- there, whether it is known, and its stamp.
-- Gives: is_there boolean, schema_is_known boolean, schema_stamp bigint
SELECT to_regclass(quote_ident(c.schema_name) || '.chatter_event') IS NOT NULL AS is_there,
       {{schema_is_known}} AS schema_is_known, coalesce({{schema_stamp}}, 0) AS schema_stamp
  FROM chatter.room_to_purge p
  LEFT JOIN chatter.tenant t ON t.schema_name = p.tenant
 CROSS JOIN LATERAL (SELECT p.tenant AS schema_name, t.marker_oid) c
 WHERE p.tenant = $1 AND p.room_id = $2::uuid
   FOR UPDATE OF p SKIP LOCKED
