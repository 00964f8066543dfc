-- $1 room; $2 for which member (empty: a service); $3 the number before which to begin; $4 how many; $5 in whose
-- thread.
-- The columns of list_messages_before.sql.
SELECT {{message_columns}},
       {{message_reactions}}
  FROM {schema}.chatter_event e
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
 WHERE e.room_id = $1 AND e.thread_seq = $5 AND e.seq < $3
   AND e.seq >= {{first_readable_seq}}
 ORDER BY e.seq DESC
 LIMIT $4
