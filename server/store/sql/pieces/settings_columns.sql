-- What there is of settings.
disabled_features, rewrite_window, forgets_edits, search_language, wanted_search_language,
          search_language_wanted_at, search_language_failure
