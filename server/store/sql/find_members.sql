-- $1 room; $2 user ids. Those who are in it.
SELECT user_id, role, joined_seq, '' AS display_name, shown_read_seq, delivered_seq
  FROM {schema}.chatter_member
 WHERE room_id = $1 AND user_id = ANY ($2::text[])
 ORDER BY user_id
