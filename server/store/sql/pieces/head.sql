-- The last event of the room r, if its row doesn't tell it (see migrations/tenant/0006_epochs_and_settled_rooms.sql).
LEFT JOIN LATERAL (SELECT e.seq, e.created_at
                       FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id AND NOT r.settled ORDER BY e.seq DESC LIMIT 1) last ON true
