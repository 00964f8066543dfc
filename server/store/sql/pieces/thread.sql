-- One row if the user $2 is in the room $1: whether the user may read the message $3 there, and it belongs to no thread
-- itself, so that it begins one; and the last reply in that (null: there is none).
SELECT e.seq IS NOT NULL AS found, s.last_reply_seq
    FROM {schema}.chatter_member m
    JOIN {schema}.chatter_room r ON r.id = m.room_id
    LEFT JOIN {schema}.chatter_event e ON e.room_id = m.room_id AND e.seq = $3 AND e.seq >= {{first_seq}}
                                      AND e.kind = {event.message_sent} AND e.thread_seq IS NULL
    LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
   WHERE m.room_id = $1 AND m.user_id = $2
