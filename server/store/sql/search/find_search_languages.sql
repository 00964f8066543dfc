-- The language in force (empty: none), and the one that is wanted and hasn't failed (null: none).
SELECT search_language, CASE WHEN search_language_failure IS NULL THEN wanted_search_language END
  FROM {schema}.chatter_settings
