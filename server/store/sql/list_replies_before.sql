-- $1 room; $2 for which member (empty: a service); $3 the number before which to begin; $4 how many; $5 in whose
-- thread.
-- No row: no such room, or the member isn't in it. One without a message: there is none.
SELECT l.*
  {{reader}}
  LEFT JOIN LATERAL (SELECT {{message_columns}},
                            {{message_reactions}}
                       FROM {schema}.chatter_event e
                       {{message_state}}
                      WHERE e.room_id = $1 AND e.thread_seq = $5
                        AND e.seq < $3 AND e.seq >= reader.first_seq
                      ORDER BY e.seq DESC
                      LIMIT $4) l ON true
