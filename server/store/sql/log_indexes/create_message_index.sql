-- As migrations/tenant/0007_unread.sql makes it, beside those who write.
-- Gives: nothing
CREATE INDEX CONCURRENTLY IF NOT EXISTS chatter_event_message ON {schema}.chatter_event (room_id, seq, actor_id)
 WHERE kind = {event.message_sent} AND text IS NOT NULL
