-- $1 user; $2, $3 the place after which to begin (null: from the start); $4 how many; $5 the hidden ones, too; $6 only
-- those that the user has pinned.
-- The page comes first, from few columns: all rooms of the user are sorted for it.
-- Gives: id uuid, kind smallint, head_seq bigint, member_count integer, created_at timestamptz, last_event_at
-- timestamptz, name text, topic text, avatar_url text, attributes text[], history smallint, archived_at timestamptz,
-- role smallint, first_seq bigint, read_seq bigint, notifications smallint, muted_until timestamptz, pinned_by_member
-- boolean, hidden boolean
-- /*user_ids{*/, user_ids text[] /*}*/ /*other_names{*/, other_names text[] /*}*/ /*unread{*/, unread bigint /*}*/ /*unread_mentions{*/, unread_mentions bigint /*}*/
-- /*last_message{*/, seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service
-- text, edited_at timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint,
-- edited_by text, edit_seq bigint /*}*/
-- , raised_at timestamptz
SELECT {{room_columns}}, page.raised_at
  FROM (SELECT own.room_id, {{raised_at}} AS raised_at
          FROM {schema}.chatter_member own
          JOIN {schema}.chatter_room r ON r.id = own.room_id
          {{said}}
         WHERE own.user_id = $1
           AND ($2::timestamptz IS NULL OR ({{raised_at}}, r.id) < ($2, $3::uuid))
           AND ($5::boolean OR own.hidden_at_seq IS NULL OR own.hidden_at_seq < {{last_message_seq}})
           AND (NOT $6::boolean OR own.pinned_at IS NOT NULL)
         ORDER BY raised_at DESC, room_id DESC
         LIMIT $4) page
  JOIN ({{membership}}) mine ON mine.room_id = page.room_id AND mine.user_id = $1
  JOIN {schema}.chatter_room r ON r.id = page.room_id
  {{head}}
  {{last_message}}
 ORDER BY page.raised_at DESC, page.room_id DESC
