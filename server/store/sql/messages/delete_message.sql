-- Deletes a message: all texts that it has had, its details, reactions and mentions. What is left is that there was one.
-- $1 to $9: pieces/message_to_change.sql; $10 what is left of the details of an edit that is erased.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, happens AS (
  SELECT event_seq, edit_seqs, thread_seq FROM target
), erased AS (
  UPDATE {schema}.chatter_event e
     SET text = NULL, details = CASE WHEN e.seq <> $3 THEN $10::bytea END
    FROM happens
   WHERE e.room_id = $1 AND e.seq = ANY ($3 || happens.edit_seqs)
), forgotten AS (
  UPDATE {schema}.chatter_message m
     SET text = NULL, details = NULL, pinned_at = NULL, reaction_count = 0
    FROM happens
   WHERE m.room_id = $1 AND m.seq = $3
), unreacted AS (
  DELETE FROM {schema}.chatter_reaction x USING happens WHERE x.room_id = $1 AND x.seq = $3
), unmentioned AS (
  DELETE FROM {schema}.chatter_mention x USING happens WHERE x.room_id = $1 AND x.seq = $3
), thread AS (
  UPDATE {schema}.chatter_message m
     SET reply_count = m.reply_count - 1
    FROM happens
   WHERE m.room_id = $1 AND m.seq = happens.thread_seq
), {{event_of_change}}
{{outcome_of_change}}
