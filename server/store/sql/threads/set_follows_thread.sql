-- $1 room, $2 user, $3 the thread's first message, $4 whether the user follows it from now on: who hasn't before has read
-- what there is. No row: the user isn't in the room.
-- Gives: found boolean
WITH thread AS (
  {{thread}}
), chosen AS (
  INSERT INTO {schema}.chatter_thread_follower AS f (room_id, user_id, thread_seq, read_seq, follows)
  SELECT $1, $2, $3, coalesce(last_reply_seq, $3), $4 FROM thread WHERE found
      ON CONFLICT (room_id, user_id, thread_seq) DO UPDATE SET follows = $4 WHERE f.follows <> $4
)
SELECT found FROM thread
