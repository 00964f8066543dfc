-- $1 the id after which to begin, $2 how many.
SELECT id, kind, head_seq, member_count, created_at, last_event_at
  FROM {schema}.chatter_room
 WHERE id > $1
 ORDER BY id
 LIMIT $2
