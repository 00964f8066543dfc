-- For the rest of this transaction: a statement fails that has to wait for a lock for longer than $1, a number of
-- milliseconds.
-- Gives: set_config text
SELECT set_config('lock_timeout', $1, true)
