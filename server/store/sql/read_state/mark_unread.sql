-- $1 room, $2 user, $3 what is to be unread, with all after it. The columns of mark_read.sql.
-- Gives: read_seq bigint, shown_read_seq bigint, delivered_seq bigint, member_count integer, others_are_told boolean
WITH here AS MATERIALIZED (
  SELECT mine.room_id, mine.user_id, mine.read_seq, mine.shown_read_seq, mine.delivered_seq, r.member_count,
         greatest($3 - 1, {{first_seq}}) AS wanted_seq
    FROM {schema}.chatter_room r
    JOIN ({{membership}}) mine ON mine.room_id = r.id AND mine.user_id = $2
   WHERE r.id = $1
), moved AS (
  INSERT INTO {schema}.chatter_mark AS k (user_id, room_id, read_seq, shown_read_seq, delivered_seq)
  SELECT user_id, room_id, wanted_seq, shown_read_seq, delivered_seq FROM here WHERE wanted_seq < read_seq
      ON CONFLICT (user_id, room_id) DO UPDATE SET read_seq = least(k.read_seq, excluded.read_seq)
  RETURNING read_seq
)
SELECT coalesce(moved.read_seq, here.read_seq) AS read_seq, here.shown_read_seq, here.delivered_seq, here.member_count,
       false AS others_are_told
  FROM here
  LEFT JOIN moved ON true
