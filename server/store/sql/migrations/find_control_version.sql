-- The last migration of the control schema that was made; 0: none.
-- Gives: version integer
SELECT greatest(max(version::integer), 0) AS version FROM chatter.migration
