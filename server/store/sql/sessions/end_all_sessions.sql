-- Gives: nothing
DELETE FROM {schema}.chatter_session
