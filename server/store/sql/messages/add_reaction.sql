-- Lets the actor react to a message. $1 to $9: pieces/message_to_change.sql; $10 the reaction, $11 how many different
-- ones a message may have. too_many: it has as many, and this one isn't among them.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, crowded AS (
  SELECT FROM target
   WHERE NOT EXISTS (SELECT FROM {schema}.chatter_reaction WHERE room_id = $1 AND seq = $3 AND reaction = $10)
     AND (SELECT count(DISTINCT reaction) FROM {schema}.chatter_reaction WHERE room_id = $1 AND seq = $3) >= $11
), reacted AS (
  INSERT INTO {schema}.chatter_reaction (room_id, seq, reaction, user_id, created_at)
  SELECT $1, $3, $10, $7, clock_timestamp() FROM target WHERE NOT EXISTS (SELECT FROM crowded)
      ON CONFLICT DO NOTHING
  RETURNING seq
), happens AS (
  SELECT event_seq FROM target WHERE EXISTS (SELECT FROM reacted)
), counted AS (
  INSERT INTO {schema}.chatter_message AS m (room_id, seq, reaction_count)
  SELECT $1, $3, 1 FROM happens
      ON CONFLICT (room_id, seq) DO UPDATE SET reaction_count = m.reaction_count + 1
), {{event_of_change}}
SELECT found, seq, created_at, EXISTS (SELECT FROM crowded) AS too_many FROM ({{outcome_of_change}}) outcome
