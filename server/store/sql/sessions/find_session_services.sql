-- $1 token digests. The service accounts that made sessions among these, and when each made the first of them.
-- Gives: service text, first_at timestamptz
SELECT s.service, min(s.created_at) AS first_at
  FROM {schema}.chatter_session s
 WHERE s.token_digest = ANY ($1::bytea[]) AND s.service NOT IN ('', 'administrator')
 GROUP BY s.service
