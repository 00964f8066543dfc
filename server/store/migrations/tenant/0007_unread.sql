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
