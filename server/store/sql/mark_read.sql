-- Moves marks forward. $1 room, $2 user; $3, $4 read and delivered up to there (0: leave it); $5 whether others are
-- to be told. They aren't where the user hides read marks, or the tenant has switched off feature 3; then what is
-- read isn't shown as delivered, either. No row: the user isn't in the room.
WITH others AS MATERIALIZED (
  SELECT $5
         AND NOT EXISTS (SELECT FROM {schema}.chatter_user_state u WHERE u.user_id = $2 AND u.hides_read_marks)
         AND NOT EXISTS (SELECT FROM {schema}.chatter_settings t WHERE 3 = ANY (t.disabled_features)) AS are_told
)
UPDATE {schema}.chatter_member m
   SET read_seq = greatest(m.read_seq, least($3, r.head_seq)),
       shown_read_seq = CASE WHEN others.are_told THEN greatest(m.shown_read_seq, least($3, r.head_seq))
                             ELSE m.shown_read_seq END,
       delivered_seq = CASE WHEN others.are_told THEN greatest(m.delivered_seq, least(greatest($3, $4), r.head_seq))
                            ELSE m.delivered_seq END
  FROM {schema}.chatter_room r, others
 WHERE r.id = $1 AND m.room_id = $1 AND m.user_id = $2
RETURNING m.read_seq, m.shown_read_seq, m.delivered_seq, r.member_count, others.are_told
