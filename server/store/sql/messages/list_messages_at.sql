-- $1 room; $2 for which member (null: a service); $3 the messages' numbers; $4 how many.
-- No row: no such room, or the member isn't in it. One without a message: there is none.
-- Gives: seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service text, edited_at
-- timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint, edited_by text,
-- edit_seq bigint, reactions text[]
SELECT l.*
  {{reader}}
  LEFT JOIN LATERAL (SELECT {{message_columns}},
                            {{message_reactions}}
                       FROM {schema}.chatter_event e
                       {{message_state}}
                      WHERE e.room_id = $1 AND e.kind = {event.message_sent}
                        AND e.seq = ANY ($3::bigint[]) AND e.seq >= reader.first_seq
                      ORDER BY e.seq
                      LIMIT $4) l ON true
