-- The replies in the thread f after its mark that aren't deleted: the first 10,000.
SELECT e.seq, e.actor_id
                                 FROM {schema}.chatter_reply t
                                 JOIN {schema}.chatter_event e ON e.room_id = t.room_id AND e.seq = t.seq
                                                              AND e.text IS NOT NULL
                                WHERE t.room_id = f.room_id AND t.thread_seq = f.thread_seq AND t.seq > f.read_seq
                                ORDER BY t.seq
                                LIMIT (SELECT 10000)
