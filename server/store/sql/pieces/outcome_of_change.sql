-- What a change (message_to_change.sql) has come to: no row if the room hasn't that version any more; whether the message
-- is there; the event's number (null: the message is as wanted already) and time. Of an attempt that was made before:
-- what it gave then. too_many is for add_reaction.sql to say.
SELECT EXISTS (SELECT FROM target) AS found, (SELECT event_seq FROM happens) AS seq, statement_timestamp() AS created_at,
       false AS too_many
  FROM room
UNION ALL
SELECT true, done.seq, done.created_at, false FROM done
