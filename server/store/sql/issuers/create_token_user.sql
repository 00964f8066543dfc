-- $1 user id, $2 display name. A user whom a token speaks of; but not where there is one already, whatever its name.
-- Gives: ?column? boolean
INSERT INTO {schema}.chatter_user (id, display_name)
VALUES ($1, $2)
    ON CONFLICT (id) DO NOTHING
RETURNING true
