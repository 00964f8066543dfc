DELETE FROM chatter.service_account WHERE name = $1 RETURNING true
