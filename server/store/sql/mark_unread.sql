-- $1 room, $2 user, $3 what is to be unread, with all after it. The columns of mark_read.sql.
UPDATE {schema}.chatter_member m
   SET read_seq = least(m.read_seq, greatest($3 - 1, CASE WHEN r.history = 2 THEN m.joined_seq ELSE 1 END))
  FROM {schema}.chatter_room r
 WHERE r.id = $1 AND m.room_id = $1 AND m.user_id = $2
RETURNING m.read_seq, m.shown_read_seq, m.delivered_seq, r.member_count, false AS others_are_told
