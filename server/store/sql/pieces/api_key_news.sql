-- Whether it is news that the key k is used: a minute after the last time that it was written down.
coalesce(k.last_used_at < statement_timestamp() - interval '1 minute', true)
