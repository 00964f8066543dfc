-- What the message $2 of the room $1 holds: its latest edit, or itself, and who made that, for themselves or through which
-- service account (null: none); its text; the details that an edit has given it (null: none has), and those that its own
-- event has (null: none).
-- No row: there is no such message, or it is deleted.
-- Gives: edit_seq bigint, actor_id text, service text, text text, edited_details bytea, sent_details bytea
SELECT x.seq AS edit_seq, x.actor_id, x.service, coalesce(s.text, e.text) AS text, s.details AS edited_details,
       e.details AS sent_details
  FROM {schema}.chatter_event e
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
  JOIN {schema}.chatter_event x
    ON x.room_id = e.room_id AND x.seq = coalesce(s.edit_seqs[cardinality(s.edit_seqs)], e.seq)
 WHERE e.room_id = $1 AND e.seq = $2 AND e.kind = {event.message_sent} AND e.text IS NOT NULL
