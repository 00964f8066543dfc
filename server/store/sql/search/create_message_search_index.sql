-- Of the messages that were edited, as they are now, by their words and their room, as create_event_search_index.sql has
-- it. search_messages.sql has the same expression and the same condition.
-- Gives: nothing
CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {schema}.chatter_message
 USING gin ((to_tsvector({language}, text) || array_to_tsvector(ARRAY[' ' || room_id])))
 WHERE text IS NOT NULL
