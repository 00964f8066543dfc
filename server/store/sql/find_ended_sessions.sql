-- $1 token digests, of sessions that are in use. The places, from 1, of those that hold no longer. That the
-- others are used is written down as in find_session.sql.
WITH asked AS (
  SELECT t.place, s.token_digest,
         s.last_used_at < statement_timestamp()
                          - least(coalesce(s.idle_ttl / 10, 60000000), 60000000) * interval '1 microsecond'
           AS is_news
    FROM unnest($1::bytea[]) WITH ORDINALITY AS t (digest, place)
    LEFT JOIN {schema}.chatter_session s
           ON s.token_digest = t.digest AND s.expires_at > statement_timestamp()
          AND (s.idle_ttl IS NULL
               OR s.last_used_at + s.idle_ttl * interval '1 microsecond' > statement_timestamp())
), touched AS (
  UPDATE {schema}.chatter_session SET last_used_at = statement_timestamp()
   WHERE token_digest IN (SELECT s.token_digest FROM {schema}.chatter_session s
                            JOIN asked ON asked.token_digest = s.token_digest AND asked.is_news
                             FOR UPDATE OF s SKIP LOCKED)
)
SELECT place FROM asked WHERE token_digest IS NULL ORDER BY place
