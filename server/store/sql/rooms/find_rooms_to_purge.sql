-- $1, $2, $3 the place after which to begin, $4 how many; the oldest deletion first. What was deleted within the last
-- minute stays for now: a deletion whose answer was lost with a connection is run again, and looks for itself there.
-- Gives: deleted_at timestamptz, tenant text, room_id uuid
SELECT deleted_at, tenant, room_id
  FROM chatter.room_to_purge
 WHERE (deleted_at, tenant, room_id) > ($1::timestamptz, $2, $3::uuid)
   AND deleted_at < now() - interval '1 minute'
 ORDER BY deleted_at, tenant, room_id
 LIMIT $4::integer
