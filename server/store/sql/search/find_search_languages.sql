-- The language in force (empty: none), and the one that is wanted and hasn't failed (null: none).
-- Gives: in_force text, wanted text
SELECT search_language AS in_force, CASE WHEN search_language_failure IS NULL THEN wanted_search_language END AS wanted
  FROM {schema}.chatter_settings
