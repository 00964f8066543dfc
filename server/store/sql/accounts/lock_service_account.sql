-- Held until the transaction ends: the keys of one account are made one after the other, so that their
-- bound holds.
-- Gives: ?column? boolean
SELECT true FROM chatter.service_account WHERE name = $1 FOR UPDATE
