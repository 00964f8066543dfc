-- For the rest of this transaction: no statement takes longer or more than one processor, none is compiled, which costs
-- more than it gains, and each is planned for what is looked for, which matters more than the time that it takes.
-- Gives: set_config text, set_config text, set_config text, set_config text
SELECT set_config('statement_timeout', '5s', true), set_config('max_parallel_workers_per_gather', '0', true),
       set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)
