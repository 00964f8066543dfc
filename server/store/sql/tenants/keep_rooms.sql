-- $1 the schema's name, by which rooms that were deleted in another, or later on, wait for their purge: not those that are
-- there.
-- Gives: nothing
DELETE FROM chatter.room_to_purge p
 USING {schema}.chatter_room r
 WHERE p.tenant = $1 AND p.room_id = r.id
