-- The threads that a user follows, the one with the latest reply first. $1 of which room (null: of all); $2 user;
-- $3, $4, $5 the place after which to begin (null: from the start); $6 how many.
-- Of each the room, when the latest reply was stored, how far the user has read, how many replies of others behind that
-- aren't deleted (up to 999) and how many of them mention the user or everyone (up to 100), both among 10,000 replies;
-- then the first message.
-- Gives: room_id uuid, last_reply_at timestamptz, read_seq bigint, unread bigint, unread_mentions bigint, seq bigint,
-- created_at timestamptz, actor_id text, client_message_id text, text text, service text, edited_at timestamptz, pinned
-- boolean, details bytea, reply_count integer, last_reply_seq bigint, edited_by text, edit_seq bigint, reactions text[]
SELECT f.room_id, f.last_reply_at, f.read_seq,
       (SELECT count(*) FROM (SELECT FROM ({{later_replies}}) later WHERE later.actor_id <> $2 LIMIT 999) u) AS unread,
       (SELECT count(*)
          FROM (SELECT FROM ({{later_replies}}) later
                 WHERE later.actor_id <> $2
                   AND EXISTS (SELECT FROM {schema}.chatter_mention n
                                WHERE n.room_id = f.room_id AND n.seq = later.seq AND n.user_id IN ($2, ''))
                 LIMIT 100) u) AS unread_mentions,
       {{message_columns}},
       {{message_reactions}}
  FROM (SELECT t.room_id, t.thread_seq, t.read_seq, last.created_at AS last_reply_at
          FROM {schema}.chatter_member m
          JOIN {schema}.chatter_room r ON r.id = m.room_id
          JOIN {schema}.chatter_thread_follower t ON t.room_id = m.room_id AND t.user_id = m.user_id AND t.follows
                                                 AND t.thread_seq >= {{first_seq}}
          JOIN {schema}.chatter_message s ON s.room_id = t.room_id AND s.seq = t.thread_seq
          JOIN {schema}.chatter_event last ON last.room_id = t.room_id AND last.seq = s.last_reply_seq
         WHERE m.user_id = $2 AND ($1::uuid IS NULL OR m.room_id = $1)
           AND ($3::timestamptz IS NULL OR (last.created_at, t.room_id, t.thread_seq) < ($3, $4::uuid, $5::bigint))
         ORDER BY last.created_at DESC, t.room_id DESC, t.thread_seq DESC
         LIMIT $6) f
  JOIN {schema}.chatter_event e ON e.room_id = f.room_id AND e.seq = f.thread_seq
  {{message_state}}
 ORDER BY f.last_reply_at DESC, f.room_id DESC, f.thread_seq DESC
