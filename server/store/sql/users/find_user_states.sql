-- $1 user ids. Those of whom there is something to know.
-- Gives: user_id text, invisible boolean, last_seen_at timestamptz
SELECT user_id, invisible, last_seen_at
  FROM {schema}.chatter_user_state
 WHERE user_id = ANY ($1::text[])
