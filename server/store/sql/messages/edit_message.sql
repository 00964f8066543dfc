-- Gives a message another text, $5. $1 to $9: pieces/message_to_change.sql. Where the tenant wants that, the texts that it
-- had before are erased from the log.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, happens AS (
  SELECT event_seq, edit_seqs FROM target WHERE text <> $5
), edited AS (
  INSERT INTO {schema}.chatter_message AS m (room_id, seq, text, edited_at, edit_seqs)
  SELECT $1, $3, $5, statement_timestamp(), ARRAY[event_seq] FROM happens
      ON CONFLICT (room_id, seq) DO UPDATE
     SET text = excluded.text, edited_at = excluded.edited_at, edit_seqs = m.edit_seqs || excluded.edit_seqs
), erased AS (
  -- The message itself isn't deleted by that: its text is empty, not null.
  UPDATE {schema}.chatter_event e
     SET text = CASE WHEN e.seq = $3 THEN '' END
    FROM happens
   WHERE e.room_id = $1 AND e.seq = ANY ($3 || happens.edit_seqs) AND e.text <> ''
     AND EXISTS (SELECT FROM {schema}.chatter_settings WHERE forgets_edits)
), {{event_of_change}}
{{outcome_of_change}}
