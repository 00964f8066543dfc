-- Makes the room unless one with this member set exists, or one of the users doesn't. Waits for a
-- parallel transaction that is making the same; find_direct_room.sql, in the same transaction but
-- with a newer snapshot, then tells which room it is. It is ours if it has our id.
-- $1 our id, $2 kind, $3 member set, $4 user ids, $5 actor, $6 details of the first event,
-- $7 the service account (empty: none).
WITH room AS (
  INSERT INTO {schema}.chatter_room
         (id, kind, member_set, head_seq, member_count, created_at, last_event_at)
  SELECT $1, $2, $3, 1, cardinality($4::text[]), statement_timestamp(), statement_timestamp()
   WHERE NOT EXISTS (SELECT FROM unnest($4::text[]) AS u (id)
                      WHERE NOT EXISTS (SELECT FROM {schema}.chatter_user_view c WHERE c.id = u.id AND c.active))
      ON CONFLICT DO NOTHING
  RETURNING id, created_at
), members AS (
  INSERT INTO {schema}.chatter_member (room_id, user_id, joined_seq)
  SELECT room.id, u.id, 1 FROM room, unnest($4::text[]) AS u (id)
)
INSERT INTO {schema}.chatter_event (room_id, seq, created_at, kind, actor_id, details, service)
SELECT room.id, 1, room.created_at, 1, $5, $6, nullif($7, '') FROM room
