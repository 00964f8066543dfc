-- $1 the version that the control schema has got.
-- Gives: nothing
INSERT INTO chatter.migration (version) VALUES ($1::integer)
