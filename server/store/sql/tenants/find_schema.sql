-- $1 a schema's name.
-- Gives: is_there boolean
SELECT to_regnamespace(quote_ident($1)) IS NOT NULL AS is_there
