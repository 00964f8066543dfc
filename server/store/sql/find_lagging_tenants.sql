-- $1 the version to reach, $2 what the users' view of that version reads. A tenant that is ahead doesn't
-- lag, whatever its view.
SELECT schema_name
  FROM chatter.tenant
 WHERE schema_version < $1::integer OR (schema_version = $1::integer AND user_source <> $2)
 ORDER BY schema_name
