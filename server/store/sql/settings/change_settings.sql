-- Of each pair, whether it is to be changed, and to what: $1, $2 disabled features; $3, $4 rewrite window (0: none);
-- $5, $6 whether edits are forgotten; $7, $8 the search language, which is wanted from now on (none is in force at once),
-- unless it is in force already and no other is being prepared.
-- No row: PostgreSQL has no such text search configuration of its own.
-- Gives: disabled_features smallint[], rewrite_window bigint, forgets_edits boolean, search_language text,
-- wanted_search_language text, search_language_wanted_at timestamptz, search_language_failure text
UPDATE {schema}.chatter_settings
   SET disabled_features = CASE WHEN $1 THEN $2 ELSE disabled_features END,
       rewrite_window = CASE WHEN $3 THEN nullif($4, 0) ELSE rewrite_window END,
       forgets_edits = CASE WHEN $5 THEN $6 ELSE forgets_edits END,
       search_language = CASE WHEN $7 AND $8 = '' THEN '' ELSE search_language END,
       wanted_search_language =
         CASE WHEN NOT $7 THEN wanted_search_language
              WHEN $8 = search_language AND (wanted_search_language IS NULL OR search_language_failure IS NOT NULL) THEN NULL
              ELSE $8 END,
       search_language_wanted_at =
         CASE WHEN NOT $7 OR $8 = wanted_search_language AND search_language_failure IS NULL THEN search_language_wanted_at
              WHEN $8 = search_language AND (wanted_search_language IS NULL OR search_language_failure IS NOT NULL) THEN NULL
              ELSE statement_timestamp() END,
       search_language_failure = CASE WHEN $7 THEN NULL ELSE search_language_failure END
 WHERE NOT $7 OR $8 = '' OR EXISTS (SELECT FROM pg_catalog.pg_ts_config c
                                      JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
                                     WHERE n.nspname = 'pg_catalog' AND c.cfgname = $8)
RETURNING {{settings_columns}}
