-- Makes the room unless one with this member set exists, or one of the users doesn't. Waits for a
-- parallel transaction that is making the same; find_room_by_set.sql, in the same transaction but
-- with a newer snapshot, then tells which room it is. It is ours if it has our id.
-- $1 our id, $2 kind, $3 member set (null: none), $4 user ids, $5 actor, $6 details of the first event,
-- $7 the service account (empty: none), $8 owners (of a DIRECT room: all members are), $9 name, $10 topic,
-- $11 avatar URL, $12 attributes, $13 history.
-- Gives: nothing
WITH room AS (
  INSERT INTO {schema}.chatter_room
         (id, kind, member_set, head_seq, member_count, created_at, last_event_at,
          name, topic, avatar_url, attributes, history, checked_seq, last_message_seq, raised_at)
  SELECT $1, $2, $3, 1, cardinality($4::text[]), statement_timestamp(), statement_timestamp(),
         $9, $10, $11, $12, $13, 1, 0, statement_timestamp()
   WHERE NOT EXISTS (SELECT FROM unnest($4::text[]) AS u (id)
                      WHERE NOT EXISTS (SELECT FROM {schema}.chatter_user_view c WHERE c.id = u.id AND c.active))
      ON CONFLICT DO NOTHING
  RETURNING id, created_at
), members AS (
  INSERT INTO {schema}.chatter_member (room_id, user_id, joined_seq, role)
  SELECT room.id, u.id, 1, CASE WHEN $2 = {room.direct}::smallint OR u.id = ANY ($8::text[]) THEN {role.owner}
                              ELSE {role.member} END
    FROM room, unnest($4::text[]) AS u (id)
)
INSERT INTO {schema}.chatter_event (room_id, seq, created_at, kind, actor_id, details, service)
SELECT room.id, 1, room.created_at, {event.room_created}, $5, $6, nullif($7, '') FROM room
