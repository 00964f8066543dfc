-- Lets the first messages of threads tell of the replies that append_messages.sql has just stored. Needs fix_plans.sql
-- and the locks of lock_rooms.sql before it: then those that are counted already are all up to last_reply_seq.
-- $1 rooms, $2 first messages: arrays of one length, no message twice.
INSERT INTO {schema}.chatter_message AS m (room_id, seq, reply_count, last_reply_seq)
SELECT i.room_id, i.seq, n.count, n.last_seq
  FROM unnest($1::uuid[], $2::bigint[]) AS i (room_id, seq)
  LEFT JOIN {schema}.chatter_message s ON s.room_id = i.room_id AND s.seq = i.seq
 CROSS JOIN LATERAL (SELECT count(*) AS count, max(e.seq) AS last_seq
                       FROM {schema}.chatter_event e
                      WHERE e.room_id = i.room_id AND e.thread_seq = i.seq
                        AND e.seq > coalesce(s.last_reply_seq, 0)) n
 WHERE n.count > 0
    ON CONFLICT (room_id, seq) DO UPDATE
   SET reply_count = m.reply_count + excluded.reply_count, last_reply_seq = excluded.last_reply_seq
