-- $1 room; $2 for which member (null: a service); $3 the number after which to begin; $4 how many; $5 in whose
-- thread.
-- No row: no such room, or the member isn't in it. One without a message: there is none.
-- Gives: seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service text, edited_at
-- timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint, edited_by text,
-- edit_seq bigint, reactions text[]
SELECT l.*
  {{reader}}
  LEFT JOIN LATERAL (SELECT {{message_columns}},
                            {{message_reactions}}
                       FROM {schema}.chatter_reply t
                       JOIN {schema}.chatter_event e ON e.room_id = t.room_id AND e.seq = t.seq
                       {{message_state}}
                      WHERE t.room_id = $1 AND t.thread_seq = $5
                        AND t.seq > $3 AND t.seq >= reader.first_seq
                      ORDER BY t.seq
                      LIMIT $4) l ON true
