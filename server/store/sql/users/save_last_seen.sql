-- $1 user ids, no id twice; $2 when each was last there. Of those who have become invisible it isn't told, and no time
-- is ever taken back.
-- Gives: nothing
INSERT INTO {schema}.chatter_user_state AS s (user_id, last_seen_at)
SELECT user_id, last_seen_at
  FROM unnest($1::text[], $2::timestamptz[]) AS seen (user_id, last_seen_at)
 ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at)
 WHERE NOT s.invisible
