-- $1 the language whose indexes are made: in force, if it is still wanted.
-- Gives: nothing
UPDATE {schema}.chatter_settings
   SET search_language = $1, wanted_search_language = NULL, search_language_wanted_at = NULL
 WHERE wanted_search_language = $1 AND search_language_failure IS NULL
