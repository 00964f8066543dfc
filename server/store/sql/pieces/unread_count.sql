-- How many messages of others than $1 come after mine.read_seq: up to 999, among the first 10,000 messages. Only where
-- there are later events at all. The index chatter_event_message has these messages in this order and nothing else. A
-- limit that is a query is one that PostgreSQL doesn't know: so it takes the index whatever it knows of the log, and
-- doesn't sort all that is unread.
(SELECT count(*)
            FROM (SELECT FROM (SELECT e.actor_id
                                 FROM {schema}.chatter_event e
                                WHERE e.room_id = mine.room_id AND e.seq > mine.read_seq
                                  AND e.kind = {event.message_sent} AND e.text IS NOT NULL
                                ORDER BY e.seq, e.actor_id
                                LIMIT (SELECT 10000)) later
                   WHERE later.actor_id <> $1
                   LIMIT 999) u)
