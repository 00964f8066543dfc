-- Of each pair, whether it is to be changed, and to what: $1, $2 disabled features; $3, $4 rewrite window (0: none);
-- $5, $6 whether edits are forgotten. The columns of find_settings.sql.
UPDATE {schema}.chatter_settings
   SET disabled_features = CASE WHEN $1 THEN $2 ELSE disabled_features END,
       rewrite_window = CASE WHEN $3 THEN nullif($4, 0) ELSE rewrite_window END,
       forgets_edits = CASE WHEN $5 THEN $6 ELSE forgets_edits END
RETURNING disabled_features, rewrite_window, forgets_edits, search_language
