-- $1 the tenant, in which sessions were ended or users shut out: its open streams are to be looked at.
-- Gives: nothing
UPDATE chatter.tenant SET identity_version = identity_version + 1 WHERE schema_name = $1
