SELECT disabled_features, rewrite_window, forgets_edits, search_language FROM {schema}.chatter_settings
