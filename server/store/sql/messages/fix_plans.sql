-- For the rest of this transaction: plans that hang on no statistics and are made once. What is planned while
-- a table is empty would else scan it, or join along (or keep) a whole index, once it is full; and a lone message
-- would be planned anew each time, which takes longer than storing it. And as bound_locks.sql, with the same $1.
-- Gives: set_config text, set_config text, set_config text, set_config text, set_config text, set_config text
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_material', 'off', true), set_config('lock_timeout', $1, true)
