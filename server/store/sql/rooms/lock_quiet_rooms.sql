-- Locks those of the rooms $1 that nobody else has locked, and keeps their ids for settle_rooms.sql.
-- Gives: set_config text
SELECT set_config('chatter.quiet_rooms',
                  array(SELECT id FROM {schema}.chatter_room
                         WHERE id = ANY ($1::uuid[]) AND NOT settled
                         ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)::text, true)
