-- Moves a mark forward. $1 room, $2 user, $3 the thread's first message, $4 the last reply that was read. No row: the
-- user isn't in the room. read_seq: where the mark is now; null: the user doesn't follow the thread.
-- A mark that stays where it is isn't written.
-- Gives: found boolean, read_seq bigint
WITH thread AS (
  {{thread}}
), mine AS (
  SELECT f.read_seq, least($4, coalesce(thread.last_reply_seq, $3)) AS wanted_seq
    FROM thread
    JOIN {schema}.chatter_thread_follower f ON f.room_id = $1 AND f.user_id = $2 AND f.thread_seq = $3 AND f.follows
   WHERE thread.found
), moved AS (
  UPDATE {schema}.chatter_thread_follower f
     SET read_seq = greatest(f.read_seq, mine.wanted_seq)
    FROM mine
   WHERE f.room_id = $1 AND f.user_id = $2 AND f.thread_seq = $3 AND mine.wanted_seq > mine.read_seq
  RETURNING f.read_seq
)
SELECT thread.found, coalesce((SELECT read_seq FROM moved), (SELECT read_seq FROM mine)) AS read_seq FROM thread
