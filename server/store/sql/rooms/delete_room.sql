-- Deletes a room with its members, if it still has the version that the deletion was decided on; else no row, unless
-- this very attempt has done it before: then what it gave. Needs the lock of lock_rooms.sql before it, and
-- note_deletion.sql. $1 room, $2 version, $3 actor, $4 service account (empty: none), $5 the attempt. The number of the
-- event that says so. It is stored for the attempt's sake alone: nobody reads the log of a room that isn't there, and it
-- is erased with that.
-- Gives: seq bigint, created_at timestamptz
WITH room AS (
  DELETE FROM {schema}.chatter_room WHERE id = $1 AND version = $2 RETURNING id
), event AS (
  INSERT INTO {schema}.chatter_event (room_id, seq, created_at, kind, actor_id, client_message_id, service)
  SELECT id, {{last_seq}} + 1, statement_timestamp(), {event.room_deleted}, $3, $5, nullif($4, '') FROM room r
)
SELECT {{last_seq}} + 1 AS seq, statement_timestamp() AS created_at FROM room r
UNION ALL
SELECT seq, created_at FROM {schema}.chatter_event
 WHERE room_id = $1 AND actor_id = $3 AND client_message_id = $5
