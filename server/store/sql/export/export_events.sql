-- $1 room and $2 number after which to begin, $3 how many. The columns of read_events.sql, and more. None of
-- rooms that were deleted.
-- Gives: seq bigint, created_at timestamptz, kind smallint, actor_id text, client_message_id text, text text, details
-- bytea, service text, room_id uuid
SELECT seq, created_at, kind, actor_id, client_message_id, text, {{event_details}}, service, room_id
  FROM {schema}.chatter_event e
 WHERE (room_id, seq) > ($1, $2)
   AND EXISTS (SELECT FROM {schema}.chatter_room r WHERE r.id = e.room_id)
 ORDER BY room_id, seq
 LIMIT $3
