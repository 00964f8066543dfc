-- Gives a message another text, $5, and the details $10 (null: those that it was sent with), if its latest edit still is $11
-- (the message's own number: it has none); else it isn't found. $1 to $9: pieces/message_to_change.sql.
-- The log keeps what it was sent with and its latest $12 edits; where the tenant wants that, only this edit and, of what
-- it was sent with, the details $13 (empty: none). $14: what is left of the details of an edit that is erased.
-- Gives: found boolean, seq bigint, created_at timestamptz, too_many boolean
WITH {{message_to_change}}, happens AS (
  SELECT event_seq, (edit_seqs || event_seq)[cardinality(edit_seqs) + 2 - $12::integer:] AS edit_seqs,
         CASE WHEN EXISTS (SELECT FROM {schema}.chatter_settings WHERE forgets_edits) THEN $3 || edit_seqs
              ELSE edit_seqs[:cardinality(edit_seqs) + 1 - $12::integer] END AS outdated
    FROM target
   WHERE coalesce(edit_seqs[cardinality(edit_seqs)], $3) = $11
), edited AS (
  INSERT INTO {schema}.chatter_message AS m (room_id, seq, text, details, edited_at, edit_seqs)
  SELECT $1, $3, $5, $10, statement_timestamp(), edit_seqs FROM happens
      ON CONFLICT (room_id, seq) DO UPDATE
     SET text = excluded.text, details = excluded.details, edited_at = excluded.edited_at, edit_seqs = excluded.edit_seqs
), erased AS (
  -- The message itself isn't deleted by that: its text is empty, not null.
  UPDATE {schema}.chatter_event e
     SET text = CASE WHEN e.seq = $3 THEN '' END,
         details = CASE WHEN e.seq = $3 THEN nullif($13::bytea, '') ELSE $14 END
    FROM happens
   WHERE e.room_id = $1 AND e.seq = ANY (happens.outdated) AND e.text IS NOT NULL
     AND (e.seq <> $3 OR e.text <> '' OR coalesce(e.details, '') <> $13)
), {{event_of_change}}
SELECT seq IS NOT NULL AS found, seq, created_at, too_many FROM ({{outcome_of_change}}) outcome
