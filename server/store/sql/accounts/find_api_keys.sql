-- $1 key digests. Those that hold, with the place of each, from 1, and its account; and whether it is news that the key
-- is used (touch_api_keys.sql).
-- Gives: name text, tenants text[], services text[], read_only boolean, may_act_for_users boolean, changed_at
-- timestamptz, place bigint, expires_at timestamptz, is_news boolean
SELECT a.name, a.tenants, a.services, a.read_only, a.may_act_for_users, a.changed_at, t.place, k.expires_at,
       {{api_key_news}} AS is_news
  FROM unnest($1::bytea[]) WITH ORDINALITY AS t (digest, place)
  JOIN chatter.api_key k ON k.token_digest = t.digest
  JOIN chatter.service_account a ON a.name = k.account
 WHERE k.expires_at IS NULL OR k.expires_at > statement_timestamp()
 ORDER BY t.place
