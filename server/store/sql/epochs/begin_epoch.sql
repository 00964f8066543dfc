-- $1 the mark of the epoch that is to end; empty: whichever it is.
-- Gives: nothing
UPDATE {schema}.chatter_settings SET epoch = pg_catalog.gen_random_uuid()::text WHERE $1 = '' OR epoch = $1
