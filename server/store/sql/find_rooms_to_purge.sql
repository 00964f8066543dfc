-- $1, $2, $3 the place after which to begin, $4 how many; the oldest deletion first.
SELECT deleted_at, tenant, room_id
  FROM chatter.room_to_purge
 WHERE (deleted_at, tenant, room_id) > ($1::timestamptz, $2, $3::uuid)
 ORDER BY deleted_at, tenant, room_id
 LIMIT $4::integer
