-- Whether the session s holds, as far as the tenant knows: it hasn't expired, nor lain idle for too long. Whether the
-- service account that made it might make it now, the control schema knows (find_session_makers.sql).
(s.expires_at > statement_timestamp()
   AND (s.idle_ttl IS NULL OR s.last_used_at + s.idle_ttl * interval '1 microsecond' > statement_timestamp()))
