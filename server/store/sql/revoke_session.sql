DELETE FROM {schema}.chatter_session WHERE token_digest = $1 RETURNING true
