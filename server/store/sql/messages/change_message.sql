-- Changes a message and appends the event that says so, if the room still has the version that the change was
-- decided on; else no row, unless this very attempt has done it before: then what it gave. Needs the lock of
-- lock_rooms.sql before it.
-- $1 room, $2 version, $3 message; $4 what is to be: 7 edited, 8 deleted, 9 reacted to, 10 not reacted to, 11 pinned,
-- 12 not pinned; $5 the new text (null: none), $6 the reaction (empty: none), $7 how many different reactions there
-- may be; $8 details of the event, $9 actor, $10 service account (empty: none); $11 the attempt.
-- Whether the message is there; whether there are too many reactions; the event's number (null: it is as wanted
-- already) and time. Erases texts from the log: of a deleted message all, of an edited one those that it had before,
-- where the tenant wants that.
-- Gives: found boolean, too_many boolean, seq bigint, created_at timestamptz
WITH done AS (
  SELECT seq, created_at FROM {schema}.chatter_event
   WHERE room_id = $1 AND actor_id = $9 AND client_message_id = $11
), erasing AS (
  SELECT $4 = 8::smallint
      OR $4 = 7::smallint AND EXISTS (SELECT FROM {schema}.chatter_settings WHERE forgets_edits) AS texts
), room AS (
  SELECT id, {{last_seq}} + 1 AS seq FROM {schema}.chatter_room r
   WHERE id = $1 AND version = $2 AND NOT EXISTS (SELECT FROM done)
), target AS (
  SELECT room.seq AS event_seq, coalesce(m.text, e.text) AS text, m.pinned_at, coalesce(m.edit_seqs, '{}') AS edit_seqs,
         e.thread_seq
    FROM room
    JOIN {schema}.chatter_event e ON e.room_id = room.id AND e.seq = $3 AND e.kind = 2 AND e.text IS NOT NULL
    LEFT JOIN {schema}.chatter_message m ON m.room_id = room.id AND m.seq = $3
), allowed AS (
  SELECT $4 <> 9::smallint
      OR EXISTS (SELECT FROM {schema}.chatter_reaction WHERE room_id = $1 AND seq = $3 AND reaction = $6)
      OR (SELECT count(DISTINCT reaction) FROM {schema}.chatter_reaction WHERE room_id = $1 AND seq = $3) < $7
         AS reaction
), reacted AS (
  INSERT INTO {schema}.chatter_reaction (room_id, seq, reaction, user_id, created_at)
  SELECT $1, $3, $6, $9, clock_timestamp() FROM target, allowed WHERE $4 = 9::smallint AND allowed.reaction
      ON CONFLICT DO NOTHING
  RETURNING 1 AS more
), unreacted AS (
  DELETE FROM {schema}.chatter_reaction
   USING target
   WHERE $4 = 10::smallint AND room_id = $1 AND seq = $3 AND reaction = $6 AND user_id = $9
  RETURNING -1 AS more
), reactions AS (
  SELECT more FROM reacted UNION ALL SELECT more FROM unreacted
), happens AS (
  SELECT event_seq AS seq, edit_seqs, thread_seq
    FROM target
   WHERE CASE WHEN $4 = 7::smallint THEN text <> $5
              WHEN $4 IN (9::smallint, 10::smallint) THEN EXISTS (SELECT FROM reactions)
              WHEN $4 = 11::smallint THEN pinned_at IS NULL
              WHEN $4 = 12::smallint THEN pinned_at IS NOT NULL
              ELSE true END
), state AS (
  INSERT INTO {schema}.chatter_message AS m
         (room_id, seq, text, edited_at, edit_seqs, pinned_at, reaction_count)
  SELECT $1, $3, $5, CASE WHEN $4 = 7::smallint THEN statement_timestamp() END,
         CASE WHEN $4 = 7::smallint THEN ARRAY[happens.seq] ELSE '{}' END,
         CASE WHEN $4 = 11::smallint THEN statement_timestamp() END,
         coalesce((SELECT more FROM reactions), 0)
    FROM happens
      ON CONFLICT (room_id, seq) DO UPDATE
     SET text = CASE WHEN $4 IN (7::smallint, 8::smallint) THEN $5 ELSE m.text END,
         edited_at = coalesce(excluded.edited_at, m.edited_at),
         edit_seqs = m.edit_seqs || excluded.edit_seqs,
         pinned_at = CASE WHEN $4 IN (8::smallint, 12::smallint) THEN NULL
                          ELSE coalesce(excluded.pinned_at, m.pinned_at) END,
         reaction_count = CASE WHEN $4 = 8::smallint THEN 0 ELSE m.reaction_count + excluded.reaction_count END
), erased AS (
  UPDATE {schema}.chatter_event e
     SET text = CASE WHEN $4 = 7::smallint AND e.seq = $3 THEN '' END,
         details = CASE WHEN $4 = 7::smallint OR e.seq <> $3 THEN e.details END
    FROM happens, erasing
   WHERE erasing.texts AND e.room_id = $1 AND e.seq = ANY ($3 || happens.edit_seqs)
     AND (e.text <> '' OR $4 = 8::smallint)
), forgotten AS (
  DELETE FROM {schema}.chatter_reaction x
   USING happens
   WHERE $4 = 8::smallint AND x.room_id = $1 AND x.seq = $3
), unmentioned AS (
  DELETE FROM {schema}.chatter_mention x
   USING happens
   WHERE $4 = 8::smallint AND x.room_id = $1 AND x.seq = $3
), thread AS (
  UPDATE {schema}.chatter_message m
     SET reply_count = m.reply_count - 1
    FROM happens
   WHERE $4 = 8::smallint AND m.room_id = $1 AND m.seq = happens.thread_seq
), event AS (
  INSERT INTO {schema}.chatter_event
         (room_id, seq, created_at, kind, actor_id, client_message_id, text, details, service)
  SELECT $1, happens.seq, statement_timestamp(), $4, $9, $11, $5, $8, nullif($10, '') FROM happens
), unsettled AS (
  UPDATE {schema}.chatter_room r SET settled = false FROM happens WHERE r.id = $1 AND r.settled
)
SELECT EXISTS (SELECT FROM target) AS found, NOT allowed.reaction AS too_many,
       (SELECT seq FROM happens) AS seq, statement_timestamp() AS created_at
  FROM room, allowed
UNION ALL
SELECT true, false, done.seq, done.created_at FROM done
