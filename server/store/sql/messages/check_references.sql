-- What a message refers to, before it is stored. $1 room, $2 sender, $3 client message id; $4 which message it replies
-- to, $5 to whose thread it belongs (0: none); $6 users whom it mentions; $7 room and $8 number of the message that it
-- forwards (null, 0: none).
-- One row, or none: the sender isn't in the room. Whether the sender may read what it replies to; whether the
-- thread's message belongs to no thread itself (null: the sender may not read it, or it is deleted and nobody has
-- replied); which users aren't in the room; of the message to forward text (null: the sender may not read it), details,
-- sender, created_at; of the message that was stored before under the same id seq (null: none was), text, details. What
-- is deleted, nobody may read.
-- Gives: reply_found boolean, begins_thread boolean, unknown_users text[], text text, details bytea, actor_id text,
-- created_at timestamptz, seq bigint, text text, details bytea
WITH mine AS (
  SELECT m.room_id, {{first_seq}} AS first_seq
    FROM {schema}.chatter_member m
    JOIN {schema}.chatter_room r ON r.id = m.room_id
   WHERE m.user_id = $2 AND m.room_id IN ($1, $7)
)
SELECT EXISTS (SELECT FROM {schema}.chatter_event e
                WHERE e.room_id = $1 AND e.seq = $4 AND e.seq >= here.first_seq
                  AND e.kind = {event.message_sent} AND e.text IS NOT NULL) AS reply_found,
       (SELECT e.thread_seq IS NULL
          FROM {schema}.chatter_event e
         WHERE e.room_id = $1 AND e.seq = $5 AND e.seq >= here.first_seq AND e.kind = {event.message_sent}
           AND (e.text IS NOT NULL
                OR EXISTS (SELECT FROM {schema}.chatter_reply t WHERE t.room_id = $1 AND t.thread_seq = $5))
       ) AS begins_thread,
       array(SELECT u.id FROM unnest($6::text[]) AS u (id)
              WHERE NOT EXISTS (SELECT FROM {schema}.chatter_member o
                                 WHERE o.room_id = $1 AND o.user_id = u.id)) AS unknown_users,
       source.text, source.details, source.actor_id, source.created_at,
       prior.seq, prior.text, prior.details
  FROM mine here
  LEFT JOIN LATERAL (SELECT coalesce(s.text, e.text) AS text, coalesce(s.details, e.details) AS details, e.actor_id,
                              e.created_at
                       FROM mine there
                       JOIN {schema}.chatter_event e
                         ON e.room_id = there.room_id AND e.seq = $8 AND e.seq >= there.first_seq
                        AND e.kind = {event.message_sent} AND e.text IS NOT NULL
                       LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
                      WHERE there.room_id = $7) source ON true
  LEFT JOIN {schema}.chatter_event prior
    ON prior.room_id = $1 AND prior.actor_id = $2 AND prior.client_message_id = $3
 WHERE here.room_id = $1
