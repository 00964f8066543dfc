-- Gives: ?column? integer
DELETE FROM chatter.token_issuer WHERE schema_name = $1 AND issuer = $2 RETURNING 1
