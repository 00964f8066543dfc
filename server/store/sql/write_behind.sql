-- For the rest of this transaction: it is done before it is on disk. A crash of PostgreSQL may undo it, in
-- whole, with what was done in its last fraction of a second.
-- Gives: set_config text
SELECT set_config('synchronous_commit', 'off', true)
