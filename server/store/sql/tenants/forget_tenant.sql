-- $1 a schema's name: all that the control schema holds of the tenant goes, but for what accounts may do
-- (forget_tenant_in_accounts.sql).
-- Gives: nothing
DELETE FROM chatter.tenant WHERE schema_name = $1
