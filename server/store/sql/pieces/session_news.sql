-- Whether it is news that the session s is used: later than the last time that it was written down by a tenth of the
-- idle lifetime, or a minute.
s.last_used_at < statement_timestamp()
                   - least(coalesce(s.idle_ttl / 10, 60000000), 60000000) * interval '1 microsecond'
