-- $1 user id, $2 display name, $3 tenant. A user whom a token speaks of; but not where there is one already,
-- whatever its name, nor where the users are the application's own.
-- Gives: ?column? boolean
INSERT INTO {schema}.chatter_user (id, display_name)
SELECT $1, $2
 WHERE NOT EXISTS (SELECT FROM chatter.tenant t WHERE t.schema_name = $3 AND t.user_source <> '')
    ON CONFLICT (id) DO NOTHING
RETURNING true
