-- Of the room r, which is being settled: its last message, and when it came to the front of its members' lists.
(SELECT coalesce(said.seq, r.last_message_seq, 0) AS seq, greatest(said.created_at, r.raised_at, r.created_at) AS raised_at
          FROM (SELECT) here
          LEFT JOIN LATERAL (SELECT e.seq, e.created_at
                               FROM {schema}.chatter_event e
                              WHERE e.room_id = r.id AND e.seq > coalesce(r.checked_seq, 0)
                                AND e.kind = {event.message_sent}
                              ORDER BY e.seq DESC LIMIT 1) said ON true)
