-- Of the message that the event e is, whose row in chatter_message (if any) is s.
e.seq, e.created_at, e.actor_id, e.client_message_id, coalesce(s.text, e.text) AS text, e.service, s.edited_at,
       s.pinned_at IS NOT NULL AS pinned, CASE WHEN e.text IS NOT NULL THEN coalesce(s.details, e.details) END AS details,
       coalesce(s.reply_count, 0) AS reply_count, s.last_reply_seq,
       (SELECT x.actor_id FROM {schema}.chatter_event x
         WHERE x.room_id = s.room_id AND x.seq = s.edit_seqs[cardinality(s.edit_seqs)]) AS edited_by,
       coalesce(s.edit_seqs[cardinality(s.edit_seqs)], e.seq) AS edit_seq
