-- $1 room and $2 user after which to begin, $3 how many. The columns of list_members.sql, and the room.
-- Gives: user_id text, role smallint, joined_seq bigint, display_name text, shown_read_seq bigint, delivered_seq
-- bigint, room_id uuid
SELECT user_id, role, joined_seq, '' AS display_name, shown_read_seq, delivered_seq, room_id
  FROM ({{membership}}) m
 WHERE (room_id, user_id) > ($1, $2)
 ORDER BY room_id, user_id
 LIMIT $3
