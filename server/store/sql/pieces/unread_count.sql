-- The messages of others than $1 that come after mine.read_seq, up to 100 among the first 1,000 events. Only where
-- there are later events at all.
(SELECT count(*)
            FROM (SELECT FROM {schema}.chatter_event e
                   WHERE e.room_id = mine.room_id AND e.seq > mine.read_seq AND e.seq <= mine.read_seq + 1000
                     AND e.kind = {event.message_sent} AND e.text IS NOT NULL AND e.actor_id <> $1
                   LIMIT 100) u)
