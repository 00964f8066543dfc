-- Pins a message. $1 to $9: pieces/message_to_change.sql.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, happens AS (
  SELECT event_seq FROM target WHERE pinned_at IS NULL
), pinned AS (
  INSERT INTO {schema}.chatter_message AS m (room_id, seq, pinned_at)
  SELECT $1, $3, statement_timestamp() FROM happens
      ON CONFLICT (room_id, seq) DO UPDATE SET pinned_at = excluded.pinned_at
), {{event_of_change}}
{{outcome_of_change}}
