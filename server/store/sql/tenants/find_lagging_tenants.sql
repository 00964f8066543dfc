-- $1 the version to reach, $2 what the users' view of that version reads. A tenant that is ahead doesn't
-- lag, whatever its view. One whose schema isn't known lags, whatever its version.
-- Gives: schema_name text
SELECT c.schema_name
  FROM chatter.tenant c
 WHERE c.schema_version < $1::integer OR (c.schema_version = $1::integer AND c.user_source <> $2)
    OR (c.state <> {tenant.deleted} AND NOT {{schema_is_known}})
 ORDER BY c.schema_name
