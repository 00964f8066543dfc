-- Fails where there is one of that name.
-- Gives: nothing
CREATE SCHEMA {schema}
