-- Erases a part of what a deleted room has left; returns how many rows. $1 room, $2 how many rows of each table at
-- most. Nobody else touches them, so that each row is where it was found.
-- Gives: count bigint
WITH events AS (
  DELETE FROM {schema}.chatter_event
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.chatter_event WHERE room_id = $1::uuid LIMIT $2::integer))
  RETURNING 1
), messages AS (
  DELETE FROM {schema}.chatter_message
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.chatter_message WHERE room_id = $1::uuid LIMIT $2::integer))
  RETURNING 1
), reactions AS (
  DELETE FROM {schema}.chatter_reaction
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.chatter_reaction WHERE room_id = $1::uuid LIMIT $2::integer))
  RETURNING 1
), mentions AS (
  DELETE FROM {schema}.chatter_mention
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.chatter_mention WHERE room_id = $1::uuid LIMIT $2::integer))
  RETURNING 1
), replies AS (
  DELETE FROM {schema}.chatter_reply
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.chatter_reply WHERE room_id = $1::uuid LIMIT $2::integer))
  RETURNING 1
), followers AS (
  DELETE FROM {schema}.chatter_thread_follower
   WHERE ctid = ANY (ARRAY(SELECT ctid FROM {schema}.chatter_thread_follower
                            WHERE room_id = $1::uuid LIMIT $2::integer))
  RETURNING 1
)
SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM messages)
     + (SELECT count(*) FROM reactions) + (SELECT count(*) FROM mentions)
     + (SELECT count(*) FROM replies) + (SELECT count(*) FROM followers) AS count
