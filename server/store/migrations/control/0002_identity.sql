-- identity_version counts what ended sessions or shut out users of the tenant: as long as it stands still,
-- open streams needn't be looked at one by one.
-- state: 1 active, 2 suspended, 3 deleted (what is left is purged at purge_at). attached: the schema was
-- there before Chatter came, so that Chatter may only ever remove its own tables from it. Of tenants that
-- are older than this migration that isn't known: they are taken for attached.
ALTER TABLE chatter.tenant
  ADD COLUMN state smallint NOT NULL DEFAULT 1,
  ADD COLUMN state_reason text NOT NULL DEFAULT '',
  ADD COLUMN purge_at timestamptz,
  ADD COLUMN identity_version bigint NOT NULL DEFAULT 0,
  ADD COLUMN attached boolean NOT NULL DEFAULT true,
  ADD COLUMN user_source text NOT NULL DEFAULT '';
ALTER TABLE chatter.tenant ALTER COLUMN attached SET DEFAULT false;

-- Whose JSON Web Tokens a tenant accepts. jwks: a JSON Web Key Set with public keys; else jwks_uri tells
-- where to get it.
CREATE TABLE chatter.token_issuer (
  schema_name  text COLLATE "C" NOT NULL REFERENCES chatter.tenant ON DELETE CASCADE,
  issuer       text COLLATE "C" NOT NULL,
  audience     text COLLATE "C" NOT NULL,
  jwks         text NOT NULL,
  jwks_uri     text NOT NULL,
  create_users boolean NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (schema_name, issuer)
);

-- The programs that may call, and what each may do. tenants, services: `*` stands for all. changed_at tells
-- open streams that the account isn't what it was: whoever changes it by hand advances it.
CREATE TABLE chatter.service_account (
  name                text COLLATE "C" PRIMARY KEY,
  tenants             text[] NOT NULL,
  services            text[] NOT NULL,
  read_only           boolean NOT NULL,
  may_act_for_users   boolean NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now(),
  changed_at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A key is kept as its SHA-256 only.
CREATE TABLE chatter.api_key (
  token_digest bytea PRIMARY KEY,
  account      text COLLATE "C" NOT NULL REFERENCES chatter.service_account ON DELETE CASCADE,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  last_used_at timestamptz
);
CREATE INDEX api_key_account ON chatter.api_key (account);

-- Which account a client certificate stands for, by one of its subject alternative names.
CREATE TABLE chatter.client_certificate (
  subject_name text COLLATE "C" PRIMARY KEY,
  account      text COLLATE "C" NOT NULL REFERENCES chatter.service_account ON DELETE CASCADE,
  created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX client_certificate_account ON chatter.client_certificate (account);
