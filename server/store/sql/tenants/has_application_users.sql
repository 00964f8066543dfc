-- $1 the tenant. A row if its users are the application's own.
-- Gives: ?column? boolean
SELECT true FROM chatter.tenant WHERE schema_name = $1 AND user_source <> ''
