-- Of the messages as they were sent. search_messages.sql has the same expression and the same conditions.
CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {schema}.chatter_event USING gin (to_tsvector({language}, text))
 WHERE kind = 2 AND text IS NOT NULL AND text <> ''
