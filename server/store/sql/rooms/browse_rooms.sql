-- $1 user; $2 how the name begins; $3, $4 the place after which to begin (null: from the start); $5 how many; $6 what
-- the name or the topic holds.
-- The columns of find_room.sql without look-ups, and the place.
-- Gives: id uuid, kind smallint, head_seq bigint, member_count integer, created_at timestamptz, last_event_at
-- timestamptz, name text, topic text, avatar_url text, attributes text[], history smallint, archived_at timestamptz,
-- role smallint, first_seq bigint, read_seq integer, notifications smallint, muted_until timestamptz, pinned_by_member
-- boolean, hidden boolean, place text
SELECT r.id, r.kind, {{head_seq}} AS head_seq, r.member_count, r.created_at, {{last_event_at}} AS last_event_at,
       r.name, r.topic, r.avatar_url, r.attributes, r.history, r.archived_at, mine.role,
       {{first_seq}} AS first_seq,
       0 AS read_seq, mine.notifications,
       CASE WHEN mine.muted_until > statement_timestamp() THEN mine.muted_until END AS muted_until,
       mine.pinned_at IS NOT NULL AS pinned_by_member, {{hidden}} AS hidden,
       lower(r.name) COLLATE "C" AS place
  FROM {schema}.chatter_room r
  {{head}}
  LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $1
 WHERE r.kind = {room.public} AND r.archived_at IS NULL
   AND (lower(r.name) COLLATE "C") ^@ (lower($2) COLLATE "C")
   AND ($6 = '' OR strpos(lower(r.name), lower($6)) > 0 OR strpos(lower(r.topic), lower($6)) > 0)
   AND ($4::uuid IS NULL OR (lower(r.name) COLLATE "C", r.id) > ($3 COLLATE "C", $4::uuid))
 ORDER BY lower(r.name) COLLATE "C", r.id
 LIMIT $5
