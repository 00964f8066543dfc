-- $1 room; $2 the user id after which to begin; $3 how many.
-- Gives: user_id text, role smallint, joined_seq bigint, display_name text, shown_read_seq bigint, delivered_seq bigint
SELECT m.user_id, m.role, m.joined_seq, coalesce(u.display_name, '') AS display_name,
       m.shown_read_seq, m.delivered_seq
  FROM (SELECT user_id, role, joined_seq, shown_read_seq, delivered_seq
          FROM ({{membership}}) m
         WHERE room_id = $1 AND user_id > $2
         ORDER BY user_id
         LIMIT $3) m
  LEFT JOIN {schema}.chatter_user_view u ON u.id = m.user_id
 ORDER BY m.user_id
