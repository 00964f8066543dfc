-- The latest message of the room r that mine may see.
/*last_message{*/
  LEFT JOIN LATERAL (SELECT {{message_columns}}
                       FROM {schema}.chatter_event e
                       {{message_state}}
                      WHERE e.room_id = r.id AND e.kind = 2
                        AND e.seq >= CASE WHEN r.history = 2 THEN coalesce(mine.joined_seq, 1) ELSE 1 END
                      ORDER BY e.seq DESC LIMIT 1) l ON true
  /*}*/
