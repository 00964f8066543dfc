-- $1 the tenant, $2 names. Those of the accounts that may make sessions for the tenant, and since when there is each: one
-- that was deleted and made again is another.
-- Gives: name text, created_at timestamptz
SELECT a.name, a.created_at
  FROM chatter.service_account a
 WHERE a.name = ANY ($2::text[]) AND a.may_act_for_users AND NOT a.read_only
   AND a.tenants && ARRAY['*', $1] AND a.services && ARRAY['*', 'chatter.v1.SessionService']
