-- By these, what is unread is counted (sql/pieces/unread_count.sql, unread_mention_count.sql): the messages that aren't
-- deleted, and the mentions of each user. kind 2: message sent.
-- To make an index reads the whole table, and nobody can send meanwhile. So where there is much to read LogIndexes makes
-- them later, beside the tenant's traffic.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM {schema}.chatter_event OFFSET 10000) THEN
    CREATE INDEX IF NOT EXISTS chatter_event_message ON {schema}.chatter_event (room_id, seq, actor_id)
     WHERE kind = 2 AND text IS NOT NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM {schema}.chatter_mention OFFSET 10000) THEN
    CREATE INDEX IF NOT EXISTS chatter_mention_user ON {schema}.chatter_mention (room_id, user_id, seq)
     INCLUDE (sender_id);
  END IF;
END $$;

-- Who follows a thread, and how far they have read in it: who wrote its first message, has replied in it or was mentioned
-- there, from then on; and who has chosen so. follows: false: they have chosen not to.
CREATE TABLE {schema}.chatter_thread_follower (
  room_id    uuid NOT NULL,
  user_id    text COLLATE "C" NOT NULL,
  thread_seq bigint NOT NULL,
  read_seq   bigint NOT NULL,
  follows    boolean NOT NULL DEFAULT true,
  PRIMARY KEY (room_id, user_id, thread_seq)
) WITH (fillfactor = 80);
