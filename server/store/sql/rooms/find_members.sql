-- $1 room; $2 user ids. Those who are in it.
-- Gives: user_id text, role smallint, joined_seq bigint, display_name text, shown_read_seq bigint, delivered_seq bigint
SELECT user_id, role, joined_seq, '' AS display_name, shown_read_seq, delivered_seq
  FROM ({{membership}}) m
 WHERE room_id = $1 AND user_id = ANY ($2::text[])
 ORDER BY user_id
