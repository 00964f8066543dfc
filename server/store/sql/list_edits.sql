-- The texts that a message has had, the latest first. $1 room; $2 for which member (empty: a service); $3 message;
-- $4 how many. No row: there is no such message, it is deleted, or it is hidden from the member.
SELECT t.seq, coalesce(t.text, '') AS text, t.actor_id, t.created_at
  FROM {schema}.chatter_event e
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
  JOIN {schema}.chatter_event t
    ON t.room_id = e.room_id
   AND t.seq = ANY (e.seq || coalesce(s.edit_seqs[cardinality(s.edit_seqs) - $4 + 1:], '{}'))
 WHERE e.room_id = $1 AND e.seq = $3 AND e.kind = 2 AND e.text IS NOT NULL
   AND e.seq >= {{first_readable_seq}}
 ORDER BY t.seq DESC
 LIMIT $4
