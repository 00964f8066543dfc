-- For the rest of this transaction: a statement over all rooms of a user is planned once and not for each user, and isn't
-- compiled. Many rooms make it look expensive, but to plan or to compile it anew costs more than to run it.
-- Gives: set_config text, set_config text
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('jit', 'off', true)
