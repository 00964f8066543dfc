-- Whether the directory of tenants can be read, which every call needs.
-- Gives: readable boolean
SELECT EXISTS (SELECT FROM chatter.tenant) IS NOT NULL AS readable
