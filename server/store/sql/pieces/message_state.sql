-- What has become of the message e. Looked up by its key and nothing else: a plan that was made while nothing had
-- become of any would go through all of the room's for each message.
LEFT JOIN LATERAL (SELECT * FROM {schema}.chatter_message s
                                          WHERE s.room_id = e.room_id AND s.seq = e.seq LIMIT 1) s ON true
