-- $1 room; $2 for which member (null: a service); $3 the number before which to begin; $4 how many. The columns of
-- list_messages_before.sql.
-- Gives: seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service text, edited_at
-- timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint, edited_by text,
-- edit_seq bigint, reactions text[]
SELECT {{message_columns}},
       {{message_reactions}}
  FROM {schema}.chatter_message s
  JOIN {schema}.chatter_event e ON e.room_id = s.room_id AND e.seq = s.seq
 WHERE s.room_id = $1 AND s.seq < $3 AND s.pinned_at IS NOT NULL
   AND s.seq >= {{first_readable_seq}}
 ORDER BY s.seq DESC
 LIMIT $4
