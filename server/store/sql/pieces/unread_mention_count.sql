-- How many messages of others after mine.read_seq mention $1 or everyone: up to 100, among the first 10,000 that mention
-- $1 and the first 10,000 that mention everyone. As unread_count.sql, by the index chatter_mention_user.
(SELECT count(*)
            FROM (SELECT DISTINCT mention.seq
                    FROM unnest(ARRAY[$1::text, '']) AS mentioned (id)
                   CROSS JOIN LATERAL (SELECT later.seq
                                         FROM (SELECT n.seq, n.sender_id
                                                 FROM {schema}.chatter_mention n
                                                WHERE n.room_id = mine.room_id AND n.user_id = mentioned.id
                                                  AND n.seq > mine.read_seq
                                                ORDER BY n.seq
                                                LIMIT (SELECT 10000)) later
                                        WHERE later.sender_id <> $1
                                        LIMIT 100) mention
                   LIMIT 100) u)
