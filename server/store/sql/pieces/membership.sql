-- What there is of members: chatter_member with their marks as they are now.
SELECT m.room_id, m.user_id, m.role, m.joined_seq, m.notifications, m.muted_until, m.pinned_at, m.hidden_at_seq,
               coalesce(k.read_seq, m.read_seq) AS read_seq,
               coalesce(k.shown_read_seq, m.shown_read_seq) AS shown_read_seq,
               coalesce(k.delivered_seq, m.delivered_seq) AS delivered_seq
          FROM {schema}.chatter_member m
          LEFT JOIN {schema}.chatter_mark k ON k.user_id = m.user_id AND k.room_id = m.room_id
