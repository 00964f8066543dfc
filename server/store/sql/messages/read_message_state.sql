-- What decides whether a change to a message is allowed. $1 room; $2 who wants it (null: a service); $3 the
-- message. sender_id null: there is no such message, or it is hidden from who asks. rewrite_window_over: it is older
-- than its sender may edit or delete it.
-- Gives: version bigint, archived boolean, role smallint, sender_id text, deleted boolean, kind smallint,
-- rewrite_window_over boolean
SELECT r.version, r.archived_at IS NOT NULL AS archived, mine.role, e.actor_id AS sender_id,
       e.text IS NULL AS deleted, r.kind,
       coalesce(e.created_at < statement_timestamp() - make_interval(secs => s.rewrite_window), false)
         AS rewrite_window_over
  FROM {schema}.chatter_room r
  LEFT JOIN {schema}.chatter_settings s ON true
  LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $2
  LEFT JOIN {schema}.chatter_event e
    ON e.room_id = r.id AND e.seq = $3 AND e.kind = {event.message_sent}
   AND e.seq >= {{first_seq}}
 WHERE r.id = $1
