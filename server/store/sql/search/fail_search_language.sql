-- $1 the language whose indexes couldn't be made, $2 the SQLSTATE. One row if it was still wanted.
-- Gives: was_wanted boolean
UPDATE {schema}.chatter_settings SET search_language_failure = $2
 WHERE wanted_search_language = $1 AND search_language_failure IS NULL
RETURNING true AS was_wanted
