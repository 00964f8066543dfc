-- $1 key digests. Those that hold, with the place of each, from 1, and its account. That a key is used is
-- written down only once that is news: a minute after the last time.
WITH found AS (
  SELECT t.place, k.token_digest, k.account, k.expires_at,
         k.last_used_at IS NULL OR k.last_used_at < statement_timestamp() - interval '1 minute' AS is_news
    FROM unnest($1::bytea[]) WITH ORDINALITY AS t (digest, place)
    JOIN chatter.api_key k ON k.token_digest = t.digest
   WHERE k.expires_at IS NULL OR k.expires_at > statement_timestamp()
), touched AS (
  UPDATE chatter.api_key SET last_used_at = statement_timestamp()
   WHERE token_digest IN (SELECT k.token_digest FROM chatter.api_key k
                            JOIN found ON found.token_digest = k.token_digest AND found.is_news
                             FOR UPDATE OF k SKIP LOCKED)
)
SELECT a.name, a.tenants, a.services, a.read_only, a.may_act_for_users, a.changed_at, found.place,
       found.expires_at
  FROM found
  JOIN chatter.service_account a ON a.name = found.account
 ORDER BY found.place
