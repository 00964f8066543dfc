SELECT id, display_name, created_at FROM {schema}.chatter_user WHERE id = $1
