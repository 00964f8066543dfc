UPDATE {schema}.chatter_settings SET search_language = $1
