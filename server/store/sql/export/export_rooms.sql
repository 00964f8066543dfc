-- $1 the id after which to begin, $2 how many. The columns of find_room.sql without look-ups and a member.
-- Gives: id uuid, kind smallint, head_seq bigint, member_count integer, created_at timestamptz, last_event_at
-- timestamptz, name text, topic text, avatar_url text, attributes text[], history smallint, archived_at timestamptz,
-- role smallint, first_seq integer, read_seq integer, notifications smallint, muted_until timestamptz, pinned_by_member
-- boolean, hidden boolean
SELECT r.id, r.kind, {{head_seq}} AS head_seq, r.member_count, r.created_at, {{last_event_at}} AS last_event_at,
       r.name, r.topic, r.avatar_url, r.attributes, r.history, r.archived_at, NULL::smallint AS role, 1 AS first_seq,
       0 AS read_seq, NULL::smallint AS notifications, NULL::timestamptz AS muted_until, false AS pinned_by_member,
       false AS hidden
  FROM {schema}.chatter_room r
  {{head}}
 WHERE r.id > $1
 ORDER BY r.id
 LIMIT $2
