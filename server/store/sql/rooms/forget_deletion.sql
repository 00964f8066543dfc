-- $1 tenant, $2 room, which is there. Forgets that it was to be erased, but not while somebody may be deleting it.
-- Gives: nothing
DELETE FROM chatter.room_to_purge
 WHERE tenant = $1 AND room_id = $2::uuid AND deleted_at < now() - interval '1 hour'
