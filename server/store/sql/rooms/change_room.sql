-- Changes a room and its members, and appends the events that say so, if the room still has the version that
-- the change was decided on; else no row, unless this very attempt has done it before: then what it gave. Needs the
-- lock of lock_rooms.sql before it.
-- $1 room, $2 version; $3 kind, $4 name, $5 topic, $6 avatar URL, $7 attributes, $8 history, $9 archived: what
-- the room is from now on; $10, $11 members who are added, or get another role, and their roles; $12 members who go;
-- $13 by how much the number of members changes; $14, $15 kinds and details of the events; $16 actor, $17 service
-- account (empty: none); $18 the attempt.
-- Gives: head_seq bigint, created_at timestamptz
WITH room AS (
  UPDATE {schema}.chatter_room r
     SET version = version + 1, head_seq = {{last_seq}} + cardinality($14::smallint[]),
         last_event_at = statement_timestamp(), settled = true, checked_seq = {{last_seq}} + cardinality($14::smallint[]),
         (last_message_seq, raised_at) = (
           -- Who was put into a room finds it in front. Who joins one, knows of it.
           SELECT said.seq,
                  CASE WHEN {event.members_added} = ANY ($14::smallint[]) AND $10::text[] <> ARRAY[$16::text]
                       THEN statement_timestamp() ELSE said.raised_at END
             FROM {{last_message_now}} said),
         kind = $3, name = $4, topic = $5, avatar_url = $6,
         attributes = $7, history = $8,
         archived_at = CASE WHEN $9 THEN coalesce(archived_at, statement_timestamp()) END,
         member_set = CASE WHEN kind = {room.direct} AND $3 <> {room.direct}::smallint THEN NULL ELSE member_set END,
         member_count = member_count + $13::integer
   WHERE id = $1 AND version = $2
  RETURNING id, head_seq
), changed AS (
  INSERT INTO {schema}.chatter_member AS m
         (room_id, user_id, role, joined_seq, read_seq, shown_read_seq, delivered_seq)
  SELECT room.id, u.id, u.role, room.head_seq, room.head_seq, room.head_seq, room.head_seq
    FROM room, unnest($10::text[], $11::smallint[]) AS u (id, role)
      ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role
), hiding AS (
  -- What becomes hidden from those who joined late isn't unread to them any more.
  SELECT r.id FROM {schema}.chatter_room r WHERE r.id = $1 AND r.version = $2 AND r.history <> {history.since_joined}
     AND $8 = {history.since_joined}::smallint
), hidden AS (
  UPDATE {schema}.chatter_member m
     SET read_seq = m.joined_seq
    FROM hiding
   WHERE m.room_id = hiding.id AND m.read_seq < m.joined_seq
), hidden_since AS (
  UPDATE {schema}.chatter_mark k
     SET read_seq = m.joined_seq
    FROM hiding
    JOIN {schema}.chatter_member m ON m.room_id = hiding.id
   WHERE k.user_id = m.user_id AND k.room_id = m.room_id AND k.read_seq < m.joined_seq
), removed AS (
  DELETE FROM {schema}.chatter_member m
   USING room
   WHERE m.room_id = room.id AND m.user_id = ANY ($12::text[])
), events AS (
  INSERT INTO {schema}.chatter_event (room_id, seq, created_at, kind, actor_id, client_message_id, details, service)
  SELECT room.id, room.head_seq - cardinality($14::smallint[]) + e.place, statement_timestamp(), e.kind, $16,
         CASE WHEN e.place = cardinality($14::smallint[]) THEN $18 END, e.details, nullif($17, '')
    FROM room, unnest($14::smallint[], $15::bytea[]) WITH ORDINALITY AS e (kind, details, place)
)
SELECT head_seq, statement_timestamp() AS created_at FROM room
UNION ALL
SELECT seq, created_at FROM {schema}.chatter_event
 WHERE room_id = $1 AND actor_id = $16 AND client_message_id = $18
