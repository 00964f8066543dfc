-- $1 the id after which to begin, $2 how many. The columns of find_room.sql without look-ups and a member.
SELECT id, kind, head_seq, member_count, created_at, last_event_at,
       name, topic, avatar_url, attributes, history, archived_at, NULL::smallint AS role, 1 AS first_seq,
       0 AS read_seq, NULL::smallint AS notifications, NULL::timestamptz AS muted_until, false AS pinned_by_member,
       false AS hidden
  FROM {schema}.chatter_room
 WHERE id > $1
 ORDER BY id
 LIMIT $2
