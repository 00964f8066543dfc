-- Takes a message's pin away. $1 to $9: pieces/message_to_change.sql.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, happens AS (
  UPDATE {schema}.chatter_message m
     SET pinned_at = NULL
    FROM target
   WHERE m.room_id = $1 AND m.seq = $3 AND m.pinned_at IS NOT NULL
  RETURNING target.event_seq
), {{event_of_change}}
{{outcome_of_change}}
