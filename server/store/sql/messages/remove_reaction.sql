-- Takes the actor's reaction $10 to a message back. $1 to $9: pieces/message_to_change.sql.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, happens AS (
  DELETE FROM {schema}.chatter_reaction x
   USING target
   WHERE x.room_id = $1 AND x.seq = $3 AND x.reaction = $10 AND x.user_id = $7
  RETURNING target.event_seq
), counted AS (
  UPDATE {schema}.chatter_message m
     SET reaction_count = m.reaction_count - 1
    FROM happens
   WHERE m.room_id = $1 AND m.seq = $3
), {{event_of_change}}
{{outcome_of_change}}
