-- $1 token digest. The session if it holds. That it is used is written down only once that is news: later
-- than the last time by a tenth of the idle lifetime, or a minute.
WITH found AS (
  SELECT s.*, u.active,
         s.last_used_at < statement_timestamp()
                          - least(coalesce(s.idle_ttl / 10, 60000000), 60000000) * interval '1 microsecond'
           AS is_news
    FROM {schema}.chatter_session s
    JOIN {schema}.chatter_user_view u ON u.id = s.user_id
   WHERE s.token_digest = $1 AND s.expires_at > statement_timestamp()
     AND (s.idle_ttl IS NULL OR s.last_used_at + s.idle_ttl * interval '1 microsecond' > statement_timestamp())
), touched AS (
  UPDATE {schema}.chatter_session SET last_used_at = statement_timestamp()
   WHERE token_digest IN (SELECT s.token_digest FROM {schema}.chatter_session s
                            JOIN found ON found.token_digest = s.token_digest AND found.is_news
                             FOR UPDATE OF s SKIP LOCKED)
)
SELECT user_id, created_at, expires_at, active, device, idle_ttl, last_used_at, token_digest FROM found
