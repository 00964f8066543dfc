-- Of the messages that were edited, as they are now. search_messages.sql has the same expression and the same condition.
-- Gives: nothing
CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {schema}.chatter_message
 USING gin ({{search_vector}})
 WHERE text IS NOT NULL
