-- Of the messages as they were sent. search_messages.sql has the same expression and the same conditions.
-- Gives: nothing
CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {schema}.chatter_event
 USING gin ({{search_vector}})
 WHERE kind = {event.message_sent} AND text IS NOT NULL AND text <> ''
