-- Stores a batch of messages. Needs fix_plans.sql and the locks of lock_rooms.sql before it, and no
-- (room, sender, client message id) twice in one batch. $1 rooms, $2 senders, $3 client message ids,
-- $4 texts, $5 service accounts (empty: none): arrays of one length; and $6 details (empty: none), $7 in whose threads
-- (0: none): of that length, too, or empty where no message has any.
-- One row per message, in order: role (null: no member), seq (null: not stored), created_at, duplicate,
-- same_content (as far as it is known: what is deleted, and what an edit has erased, are taken for the same),
-- archived, as_stored (what is given is what the log holds).
-- Readers may not send, and nobody may where the room is archived.
-- A room is looked up with its first message in the batch only (OFFSET 0: so that the look-up isn't even begun with the
-- others).
-- Gives: role smallint, seq bigint, created_at timestamptz, duplicate boolean, same_content boolean, archived boolean,
-- as_stored boolean
WITH checked AS (
  SELECT i.*, here.last_seq, here.archived, here.settled, m.role,
         e.seq AS prior_seq, e.created_at AS prior_created_at,
         e.text IS NULL
           OR e.text = i.text AND coalesce(e.details, '') = coalesce(i.details, '')
           OR e.text = '' AND EXISTS (SELECT FROM {schema}.chatter_message s
                                       WHERE s.room_id = e.room_id AND s.seq = e.seq AND s.text IS NOT NULL
                                         AND (coalesce(e.details, '') = coalesce(i.details, '')
                                              OR s.details IS NOT NULL))
           AS same_content,
         e.seq IS NULL OR e.text IS NOT NULL AND e.text = i.text AND coalesce(e.details, '') = coalesce(i.details, '')
           AS as_stored,
         m.role < {role.reader} AND e.seq IS NULL AS may_be_fresh
    FROM (SELECT *, row_number() OVER (PARTITION BY room_id ORDER BY ord) AS place
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bigint[])
                   WITH ORDINALITY AS t (room_id, sender_id, client_message_id, text, service, details, thread_seq, ord)
         ) i
    LEFT JOIN LATERAL (SELECT {{last_seq}} AS last_seq, r.archived_at IS NOT NULL AS archived, r.settled
                         FROM {schema}.chatter_room r
                        WHERE i.place = 1 AND r.id = i.room_id
                       OFFSET 0) here ON true
    LEFT JOIN {schema}.chatter_member m ON m.room_id = i.room_id AND m.user_id = i.sender_id
    LEFT JOIN {schema}.chatter_event e ON e.room_id = i.room_id AND e.actor_id = i.sender_id
                                      AND e.client_message_id = i.client_message_id
), numbered AS (
  SELECT ord, room_id, sender_id, client_message_id, text, service, details, thread_seq, role, prior_seq,
         prior_created_at, same_content, as_stored,
         first_value(archived) OVER room AS archived,
         first_value(settled) OVER room AS settled,
         may_be_fresh AND NOT first_value(archived) OVER room AS fresh,
         first_value(last_seq) OVER room + count(*) FILTER (WHERE may_be_fresh) OVER room AS seq
    FROM checked
  WINDOW room AS (PARTITION BY room_id ORDER BY ord)
), stored AS (
  INSERT INTO {schema}.chatter_event
         (room_id, seq, created_at, kind, actor_id, client_message_id, text, service, details, thread_seq)
  SELECT room_id, seq, statement_timestamp(), {event.message_sent}, sender_id, client_message_id, text,
         nullif(service, ''), nullif(details, ''), nullif(thread_seq, 0)
    FROM numbered WHERE fresh
), unsettled AS (
  UPDATE {schema}.chatter_room r SET settled = false
   WHERE r.id = ANY (ARRAY(SELECT room_id FROM numbered WHERE fresh AND settled))
)
SELECT role, CASE WHEN fresh THEN seq ELSE prior_seq END AS seq,
       coalesce(prior_created_at, statement_timestamp()) AS created_at,
       prior_seq IS NOT NULL AS duplicate, same_content, archived, as_stored
  FROM numbered
 ORDER BY ord
