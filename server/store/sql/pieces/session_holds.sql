-- Whether the session s of the tenant $1 holds: it hasn't expired, nor lain idle for too long, and the service account
-- that made it (if it was one) is still there and might make it now. One that was deleted and made again is another.
(s.expires_at > statement_timestamp()
   AND (s.idle_ttl IS NULL OR s.last_used_at + s.idle_ttl * interval '1 microsecond' > statement_timestamp())
   AND (coalesce(s.service, 'administrator') = 'administrator' OR EXISTS (
         SELECT FROM chatter.service_account a
          WHERE a.name = s.service AND a.created_at <= s.created_at AND a.may_act_for_users AND NOT a.read_only
            AND a.tenants && ARRAY['*', $1] AND a.services && ARRAY['*', 'chatter.v1.SessionService'])))
