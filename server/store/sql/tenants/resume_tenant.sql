-- Gives: nothing
UPDATE chatter.tenant SET state = 1, state_reason = '' WHERE schema_name = $1 AND state = 2
