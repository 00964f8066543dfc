-- What a change of a message begins with, for statements whose parameters begin so: $1 room, $2 the version that the
-- change was decided on, $3 message; of the event that says so $4 kind, $5 text (null: none), $6 details, $7 actor,
-- $8 service account (empty: none); $9 the attempt. They need the lock of lock_rooms.sql before them.
-- done: the event, if this very attempt has stored it before; then there is no room. room: none if it has another
-- version. target: the message as it is, and the number for the event; none if it isn't there.
done AS (
  SELECT seq, created_at FROM {schema}.chatter_event
   WHERE room_id = $1 AND actor_id = $7 AND client_message_id = $9
), room AS (
  SELECT id, {{last_seq}} + 1 AS event_seq FROM {schema}.chatter_room r
   WHERE id = $1 AND version = $2 AND NOT EXISTS (SELECT FROM done)
), target AS (
  SELECT room.event_seq, coalesce(m.text, e.text) AS text, m.pinned_at, coalesce(m.edit_seqs, '{}') AS edit_seqs,
         e.thread_seq
    FROM room
    JOIN {schema}.chatter_event e ON e.room_id = room.id AND e.seq = $3
                               AND e.kind = {event.message_sent} AND e.text IS NOT NULL
    LEFT JOIN {schema}.chatter_message m ON m.room_id = room.id AND m.seq = $3
)
