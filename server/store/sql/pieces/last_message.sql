-- The latest message of the room r that mine may see.
/*last_message{*/
  LEFT JOIN LATERAL (SELECT {{message_columns}}
                       FROM {schema}.chatter_event e
                       {{message_state}}
                      WHERE e.room_id = r.id AND e.kind = {event.message_sent}
                        AND e.seq >= {{first_seq}}
                      ORDER BY e.seq DESC LIMIT 1) l ON true
  /*}*/
