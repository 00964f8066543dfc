-- The last message of the room r, if its row doesn't tell it (see migrations/tenant/0009_last_messages.sql). It looks at
-- no more than what has happened since the room was settled.
LEFT JOIN LATERAL (SELECT e.seq, e.created_at
                       FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id AND (NOT r.settled OR r.checked_seq < r.head_seq)
                        AND e.seq > coalesce(r.checked_seq, r.head_seq) AND e.kind = {event.message_sent}
                      ORDER BY e.seq DESC LIMIT 1) said ON true
