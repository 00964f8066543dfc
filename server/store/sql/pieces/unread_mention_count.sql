-- How many messages of others, among the first 1,000 events after mine.read_seq, mention $1 or everyone.
(SELECT count(DISTINCT n.seq)
            FROM {schema}.chatter_mention n
           WHERE n.room_id = mine.room_id AND n.seq > mine.read_seq AND n.seq <= mine.read_seq + 1000
             AND n.user_id IN ($1, '') AND n.sender_id <> $1)
