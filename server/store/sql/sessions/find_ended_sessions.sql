-- $1 token digests, of sessions that are in use. The places, from 1, of those that hold no longer, as far as the tenant
-- knows, and of those of which it is news that they are used (touch_sessions.sql).
-- Gives: place bigint, holds boolean
WITH asked AS (
  SELECT t.place, s.token_digest, {{session_news}} AS is_news
    FROM unnest($1::bytea[]) WITH ORDINALITY AS t (digest, place)
    LEFT JOIN {schema}.chatter_session s
           ON s.token_digest = t.digest AND {{session_holds}}
)
SELECT place, token_digest IS NOT NULL AS holds FROM asked WHERE token_digest IS NULL OR is_news ORDER BY place
