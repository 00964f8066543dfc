-- Deletes a room with its members, and notes that its log is to be erased, if the room still has the version that the
-- deletion was decided on; else no row. Needs the lock of lock_rooms.sql before it. $1 room, $2 version, $3 tenant.
-- The number of the event that says so, which isn't stored.
WITH room AS (
  DELETE FROM {schema}.chatter_room WHERE id = $1 AND version = $2 RETURNING id, head_seq
), noted AS (
  INSERT INTO chatter.room_to_purge (tenant, room_id) SELECT $3, id FROM room
)
SELECT head_seq + 1 AS seq, statement_timestamp() AS created_at FROM room
