-- Stores a batch of messages. Needs the locks of lock_rooms.sql, and no (room, sender, client message
-- id) twice in one batch. $1 rooms, $2 senders, $3 client message ids, $4 texts, $5 service accounts
-- (empty: none): arrays of one length.
-- One row per message, in order: is_member, seq (null: not stored), created_at, duplicate, same_text.
WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
    WITH ORDINALITY AS i (room_id, sender_id, client_message_id, text, service, ord)
), checked AS (
  SELECT i.*, r.head_seq, m.user_id IS NOT NULL AS is_member,
         e.seq AS prior_seq, e.created_at AS prior_created_at, e.text = i.text AS same_text
    FROM input i
    LEFT JOIN {schema}.chatter_room r ON r.id = i.room_id
    LEFT JOIN {schema}.chatter_member m ON m.room_id = i.room_id AND m.user_id = i.sender_id
    LEFT JOIN {schema}.chatter_event e ON e.room_id = i.room_id AND e.actor_id = i.sender_id
                                      AND e.client_message_id = i.client_message_id
), fresh AS (
  SELECT c.*, c.head_seq + row_number() OVER (PARTITION BY room_id ORDER BY ord) AS seq
    FROM checked c WHERE is_member AND prior_seq IS NULL
), stored AS (
  INSERT INTO {schema}.chatter_event
         (room_id, seq, created_at, kind, actor_id, client_message_id, text, service)
  SELECT room_id, seq, statement_timestamp(), 2, sender_id, client_message_id, text, nullif(service, '')
    FROM fresh
), advanced AS (
  UPDATE {schema}.chatter_room r
     SET head_seq = f.head_seq, last_event_at = statement_timestamp()
    FROM (SELECT room_id, max(seq) AS head_seq FROM fresh GROUP BY room_id) f
   WHERE r.id = f.room_id
)
SELECT c.is_member, coalesce(f.seq, c.prior_seq)::bigint AS seq,
       coalesce(c.prior_created_at, statement_timestamp()) AS created_at,
       c.prior_seq IS NOT NULL AS duplicate, coalesce(c.same_text, true) AS same_text
  FROM checked c LEFT JOIN fresh f ON f.ord = c.ord
 ORDER BY c.ord
