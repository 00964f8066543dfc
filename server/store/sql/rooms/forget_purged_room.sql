-- $1 tenant, $2 room: nothing of it is left.
-- Gives: nothing
DELETE FROM chatter.room_to_purge WHERE tenant = $1 AND room_id = $2::uuid
