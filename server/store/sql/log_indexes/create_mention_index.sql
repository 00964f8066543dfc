-- As migrations/tenant/0007_unread.sql makes it, beside those who write.
-- Gives: nothing
CREATE INDEX CONCURRENTLY IF NOT EXISTS chatter_mention_user ON {schema}.chatter_mention (room_id, user_id, seq)
 INCLUDE (sender_id)
