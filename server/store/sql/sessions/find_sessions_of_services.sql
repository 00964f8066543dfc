-- $1 token digests, $2 service accounts, $3 a time for each. The places, from 1, of those sessions that one of these made
-- before its time.
-- Gives: place bigint
SELECT t.place
  FROM unnest($1::bytea[]) WITH ORDINALITY AS t (digest, place)
  JOIN {schema}.chatter_session s ON s.token_digest = t.digest
  JOIN unnest($2::text[], $3::timestamptz[]) AS m (service, before) ON m.service = s.service
 WHERE s.created_at < m.before
 ORDER BY t.place
