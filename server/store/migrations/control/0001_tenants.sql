-- Who the tenants are, and which host names lead to them. A tenant's id is the name of its schema.
CREATE TABLE chatter.tenant (
  schema_name    text COLLATE "C" PRIMARY KEY,
  display_name   text NOT NULL,
  schema_version integer NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE chatter.tenant_domain (
  domain      text COLLATE "C" PRIMARY KEY,
  schema_name text COLLATE "C" NOT NULL REFERENCES chatter.tenant ON DELETE CASCADE
);
CREATE INDEX tenant_domain_schema_name ON chatter.tenant_domain (schema_name);
