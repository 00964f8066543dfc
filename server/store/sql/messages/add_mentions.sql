-- Keeps whom the messages mention that append_messages.sql has just stored. Needs fix_plans.sql before it.
-- $1 rooms, $2 senders, $3 client message ids, $4 details, $5 whom they mention (users' ids, or nothing for everyone,
-- each behind a line feed): arrays of one length.
-- A message that was stored before with the same details has its mentions already, unless it was deleted; then it has
-- no details. OFFSET 0: so that each message is looked up by its key, whatever is known of the log.
-- Gives: nothing
INSERT INTO {schema}.chatter_mention (room_id, seq, user_id, sender_id)
SELECT e.room_id, e.seq, u.id, e.actor_id
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[])
         AS i (room_id, sender_id, client_message_id, details, mentioned)
 CROSS JOIN LATERAL (SELECT s.room_id, s.seq, s.actor_id
                       FROM {schema}.chatter_event s
                      WHERE s.room_id = i.room_id AND s.actor_id = i.sender_id
                        AND s.client_message_id = i.client_message_id AND s.details = i.details
                     OFFSET 0) e
 CROSS JOIN LATERAL unnest((string_to_array(i.mentioned, E'\n'))[2:]) AS u (id)
    ON CONFLICT DO NOTHING
