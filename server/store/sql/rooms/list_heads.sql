-- $1 user; $2 how many rooms; $3 for how many of them what is unread is counted. head_seq; the event with which the
-- user came; the first that the user may read; the last that was read; what is unread, and how much of it mentions the
-- user.
-- Gives: room_id uuid, head_seq bigint, total bigint, joined_seq bigint, first_seq bigint, read_seq bigint, unread
-- bigint, unread_mentions bigint
SELECT mine.room_id, mine.head_seq, mine.total, mine.joined_seq,
       {{first_seq}} AS first_seq, mine.read_seq,
       CASE WHEN mine.place <= $3 AND mine.head_seq > mine.read_seq THEN {{unread_count}} ELSE 0 END AS unread,
       CASE WHEN mine.place <= $3 AND mine.head_seq > mine.read_seq THEN {{unread_mention_count}} ELSE 0 END
         AS unread_mentions
  FROM (SELECT m.room_id, {{head_seq}} AS head_seq, r.history, m.joined_seq, m.read_seq, count(*) OVER () AS total,
               row_number() OVER (ORDER BY {{last_event_at}} DESC, r.id DESC) AS place
          FROM ({{membership}}) m
          JOIN {schema}.chatter_room r ON r.id = m.room_id
          {{head}}
         WHERE m.user_id = $1
         ORDER BY place
         LIMIT $2) mine
 ORDER BY mine.place
