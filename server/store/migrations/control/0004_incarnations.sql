-- Which schema a tenant's is: its name says little, for schemas are dropped and made again, renamed, cloned and
-- restored. incarnation: that of the marker in it ({schema}.chatter_schema); marker_oid: that table's, which another of
-- the name doesn't have. Null: not known yet.
ALTER TABLE chatter.tenant
  ADD COLUMN incarnation uuid UNIQUE,
  ADD COLUMN marker_oid oid;

-- What the control schema holds of a tenant goes along when its schema is renamed.
ALTER TABLE chatter.tenant_domain
  DROP CONSTRAINT tenant_domain_schema_name_fkey,
  ADD CONSTRAINT tenant_domain_schema_name_fkey FOREIGN KEY (schema_name)
    REFERENCES chatter.tenant ON UPDATE CASCADE ON DELETE CASCADE;
ALTER TABLE chatter.token_issuer
  DROP CONSTRAINT token_issuer_schema_name_fkey,
  ADD CONSTRAINT token_issuer_schema_name_fkey FOREIGN KEY (schema_name)
    REFERENCES chatter.tenant ON UPDATE CASCADE ON DELETE CASCADE;
