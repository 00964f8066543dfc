-- $1 a user who must be in them, or null; $2 rooms. Those of them that there are, by their ids.
-- Gives: id uuid, kind smallint, head_seq bigint, member_count integer, created_at timestamptz, last_event_at
-- timestamptz, name text, topic text, avatar_url text, attributes text[], history smallint, archived_at timestamptz,
-- role smallint, first_seq bigint, read_seq bigint, notifications smallint, muted_until timestamptz, pinned_by_member
-- boolean, hidden boolean
-- /*user_ids{*/, user_ids text[] /*}*/ /*other_names{*/, other_names text[] /*}*/ /*unread{*/, unread bigint /*}*/ /*unread_mentions{*/, unread_mentions bigint /*}*/
-- /*last_message{*/, seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service
-- text, edited_at timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint,
-- edited_by text, edit_seq bigint /*}*/
SELECT {{room_columns}}
  FROM {schema}.chatter_room r
  {{head}}
  LEFT JOIN ({{membership}}) mine ON mine.room_id = r.id AND mine.user_id = $1
  {{last_message}}
 WHERE r.id = ANY ($2::uuid[])
   AND ($1::text IS NULL OR mine.user_id IS NOT NULL)
 ORDER BY r.id
