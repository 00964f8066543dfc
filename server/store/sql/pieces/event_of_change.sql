-- Appends the event of a change (message_to_change.sql), if there is a row in happens, which has its number.
event AS (
  INSERT INTO {schema}.chatter_event
         (room_id, seq, created_at, kind, actor_id, client_message_id, text, details, service)
  SELECT $1, event_seq, statement_timestamp(), $4, $7, $9, $5, $6, nullif($8, '') FROM happens
), unsettled AS (
  UPDATE {schema}.chatter_room r SET settled = false FROM happens WHERE r.id = $1 AND r.settled
)
