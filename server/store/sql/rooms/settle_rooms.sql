-- Settles the rooms that lock_quiet_rooms.sql has locked. A statement of its own: it sees all that was committed before
-- the locks were had.
-- Gives: nothing
UPDATE {schema}.chatter_room r
   SET settled = true,
       (head_seq, last_event_at, checked_seq) = (SELECT last.seq, last.created_at, last.seq
                                                   FROM {schema}.chatter_event last
                                                  WHERE last.room_id = r.id ORDER BY last.seq DESC LIMIT 1),
       (last_message_seq, raised_at) = {{last_message_now}}
 WHERE r.id = ANY (current_setting('chatter.quiet_rooms')::uuid[]) AND NOT r.settled
