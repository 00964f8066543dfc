-- $1 tenant, $2 room. Notes that what the room held is to be erased, once the room isn't there (room_is_there.sql).
-- Gives: nothing
INSERT INTO chatter.room_to_purge (tenant, room_id) VALUES ($1, $2)
    ON CONFLICT (tenant, room_id) DO UPDATE SET deleted_at = excluded.deleted_at
