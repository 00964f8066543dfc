-- $1 room; $2 the number after which to begin; $3 how many at most; $4 bytes: no event begins beyond them, where
-- each counts for 100 more than its content. None of a room that was deleted.
-- Gives: seq bigint, created_at timestamptz, kind smallint, actor_id text, client_message_id text, text text, details
-- bytea, service text
SELECT seq, created_at, kind, actor_id, client_message_id, text, {{event_details}}, service
  FROM (SELECT seq, created_at, kind, actor_id, client_message_id, text, details, service,
               sum(100 + coalesce(octet_length(text), 0) + coalesce(octet_length(details), 0))
                 OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM {schema}.chatter_event
         WHERE room_id = $1 AND seq > $2
           AND EXISTS (SELECT FROM {schema}.chatter_room WHERE id = $1)
         ORDER BY seq
         LIMIT $3) AS page
 WHERE before IS NULL OR before < $4
 ORDER BY seq
