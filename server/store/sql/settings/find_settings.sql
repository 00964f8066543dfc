-- Gives: disabled_features smallint[], rewrite_window bigint, forgets_edits boolean, search_language text,
-- wanted_search_language text, search_language_wanted_at timestamptz, search_language_failure text
SELECT {{settings_columns}}
  FROM {schema}.chatter_settings
