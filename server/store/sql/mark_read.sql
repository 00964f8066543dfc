-- Moves marks forward. $1 room, $2 user; $3, $4 read and delivered up to there (0: leave it); $5 whether others
-- are told: else what is read isn't shown as delivered, either. No row: the user isn't in the room.
UPDATE {schema}.chatter_member m
   SET read_seq = greatest(m.read_seq, least($3, r.head_seq)),
       shown_read_seq = CASE WHEN $5 THEN greatest(m.shown_read_seq, least($3, r.head_seq))
                             ELSE m.shown_read_seq END,
       delivered_seq = greatest(m.delivered_seq, least(CASE WHEN $5 THEN greatest($3, $4) ELSE $4 END, r.head_seq))
  FROM {schema}.chatter_room r
 WHERE r.id = $1 AND m.room_id = $1 AND m.user_id = $2
RETURNING m.read_seq, m.shown_read_seq, m.delivered_seq, r.member_count
