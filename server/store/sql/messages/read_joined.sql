-- $1 rooms; $2 for each of them, an event: who has joined after it.
-- Gives: room_id uuid, user_id text, joined_seq bigint
SELECT m.room_id, m.user_id, m.joined_seq
  FROM unnest($1::uuid[], $2::bigint[]) AS r (id, after_seq)
  JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.joined_seq > r.after_seq
