-- The texts that a message has had, the oldest first. $1 room; $2 for which member (null: a service); $3 message; $4 the
-- event after which to begin; $5 how many.
-- No row: there is no such message, it is deleted, or it is hidden from the member. A row of nulls: it has no more.
-- Gives: seq bigint, text text, actor_id text, created_at timestamptz
SELECT t.seq, coalesce(t.text, '') AS text, t.actor_id, t.created_at
  FROM {schema}.chatter_event e
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
  LEFT JOIN LATERAL (SELECT i.seq
                       FROM unnest(e.seq || coalesce(s.edit_seqs, '{}')) AS i (seq)
                      WHERE i.seq > $4
                      ORDER BY i.seq
                      LIMIT $5) i ON true
  LEFT JOIN {schema}.chatter_event t ON t.room_id = e.room_id AND t.seq = i.seq
 WHERE e.room_id = $1 AND e.seq = $3 AND e.kind = {event.message_sent} AND e.text IS NOT NULL
   AND e.seq >= {{first_readable_seq}}
 ORDER BY t.seq
