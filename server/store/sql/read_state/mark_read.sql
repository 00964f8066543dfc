-- Moves marks forward. $1 room, $2 user; $3, $4 read and delivered up to there (0: leave it); $5 whether others are
-- to be told. They aren't where the user hides read marks, or the tenant has switched them off; then what is
-- read isn't shown as delivered, either. No row: the user isn't in the room.
-- Marks that stay where they are aren't written.
-- Gives: read_seq bigint, shown_read_seq bigint, delivered_seq bigint, member_count integer, others_are_told boolean
WITH here AS MATERIALIZED (
  SELECT mine.room_id, mine.user_id, mine.read_seq, mine.shown_read_seq, mine.delivered_seq, r.member_count,
         {{head_seq}} AS head_seq,
         $5
         AND NOT EXISTS (SELECT FROM {schema}.chatter_user_state u WHERE u.user_id = $2 AND u.hides_read_marks)
         AND NOT EXISTS (SELECT FROM {schema}.chatter_settings t WHERE {feature.read_marks} = ANY (t.disabled_features))
           AS others_are_told
    FROM {schema}.chatter_room r
    {{head}}
    JOIN ({{membership}}) mine ON mine.room_id = r.id AND mine.user_id = $2
   WHERE r.id = $1
), wanted AS MATERIALIZED (
  SELECT least($3, head_seq) AS read_seq,
         CASE WHEN others_are_told THEN least($3, head_seq) ELSE 0 END AS shown_read_seq,
         CASE WHEN others_are_told THEN least(greatest($3, $4), head_seq) ELSE 0 END AS delivered_seq
    FROM here
), moved AS (
  INSERT INTO {schema}.chatter_mark AS k (user_id, room_id, read_seq, shown_read_seq, delivered_seq)
  SELECT here.user_id, here.room_id, greatest(here.read_seq, wanted.read_seq),
         greatest(here.shown_read_seq, wanted.shown_read_seq), greatest(here.delivered_seq, wanted.delivered_seq)
    FROM here, wanted
   WHERE wanted.read_seq > here.read_seq OR wanted.shown_read_seq > here.shown_read_seq
      OR wanted.delivered_seq > here.delivered_seq
      ON CONFLICT (user_id, room_id) DO UPDATE
     SET read_seq = greatest(k.read_seq, (SELECT read_seq FROM wanted)),
         shown_read_seq = greatest(k.shown_read_seq, (SELECT shown_read_seq FROM wanted)),
         delivered_seq = greatest(k.delivered_seq, (SELECT delivered_seq FROM wanted))
  RETURNING read_seq, shown_read_seq, delivered_seq
)
SELECT coalesce(moved.read_seq, here.read_seq) AS read_seq,
       coalesce(moved.shown_read_seq, here.shown_read_seq) AS shown_read_seq,
       coalesce(moved.delivered_seq, here.delivered_seq) AS delivered_seq, here.member_count, here.others_are_told
  FROM here
  LEFT JOIN moved ON true
