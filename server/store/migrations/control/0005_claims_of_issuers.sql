-- Which claim of an issuer's tokens is the user's id (empty: `sub`), and whether those without an `aud` are accepted.
ALTER TABLE chatter.token_issuer
  ADD COLUMN user_claim text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN audience_may_be_absent boolean NOT NULL DEFAULT false;
