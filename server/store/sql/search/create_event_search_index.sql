-- Of the messages as they were sent, by their words and their room: a word that no text has, as it begins with a space.
-- search_messages.sql has the same expression and the same conditions.
-- Gives: nothing
CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {schema}.chatter_event
 USING gin ((to_tsvector({language}, text) || array_to_tsvector(ARRAY[' ' || room_id])))
 WHERE kind = {event.message_sent} AND text IS NOT NULL AND text <> ''
