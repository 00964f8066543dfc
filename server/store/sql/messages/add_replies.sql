-- Keeps the replies in threads that append_messages.sql has just stored, and lets the first messages of the threads tell
-- of them. From now on their senders follow the threads, as do the senders of the first messages, and who is mentioned;
-- unless they have, or have chosen not to, already. The sender of the first message has read what was there before:
-- replies that a server of the release before has stored made nobody follow. Needs fix_plans.sql and the locks of
-- lock_rooms.sql before it, and add_mentions.sql.
-- $1 rooms, $2 senders, $3 client message ids: arrays of one length. A reply that was stored before is kept already, and
-- counted. OFFSET 0: so that each message is looked up by its key, whatever is known of the log.
-- Gives: nothing
WITH added AS (
  INSERT INTO {schema}.chatter_reply (room_id, thread_seq, seq)
  SELECT e.room_id, e.thread_seq, e.seq
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS i (room_id, sender_id, client_message_id)
   CROSS JOIN LATERAL (SELECT s.room_id, s.thread_seq, s.seq
                         FROM {schema}.chatter_event s
                        WHERE s.room_id = i.room_id AND s.actor_id = i.sender_id
                          AND s.client_message_id = i.client_message_id AND s.thread_seq IS NOT NULL
                       OFFSET 0) e
      ON CONFLICT DO NOTHING
  RETURNING room_id, thread_seq, seq
), followed AS (
  INSERT INTO {schema}.chatter_thread_follower (room_id, user_id, thread_seq, read_seq)
  SELECT added.room_id, who.user_id, added.thread_seq, min(who.read_seq)
    FROM added
   CROSS JOIN LATERAL (SELECT e.actor_id AS user_id,
                              CASE WHEN e.seq = added.seq THEN e.seq
                                   ELSE greatest(e.seq, (SELECT s.last_reply_seq
                                                           FROM {schema}.chatter_message s
                                                          WHERE s.room_id = e.room_id AND s.seq = e.seq)) END AS read_seq
                         FROM {schema}.chatter_event e
                        WHERE e.room_id = added.room_id AND e.seq IN (added.thread_seq, added.seq)
                       UNION ALL
                       SELECT n.user_id, added.seq - 1
                         FROM {schema}.chatter_mention n
                        WHERE n.room_id = added.room_id AND n.seq = added.seq AND n.user_id <> ''
                       OFFSET 0) who
   GROUP BY added.room_id, who.user_id, added.thread_seq
      ON CONFLICT DO NOTHING
)
INSERT INTO {schema}.chatter_message AS m (room_id, seq, reply_count, last_reply_seq)
SELECT room_id, thread_seq, count(*), max(seq) FROM added GROUP BY room_id, thread_seq
    ON CONFLICT (room_id, seq) DO UPDATE
   SET reply_count = m.reply_count + excluded.reply_count, last_reply_seq = excluded.last_reply_seq
