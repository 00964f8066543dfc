-- For the rest of this transaction: many rows make a statement look expensive, but compiling it costs more.
SELECT set_config('jit', 'off', true)
