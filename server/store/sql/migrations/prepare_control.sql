-- The control schema's bookkeeping, which has to be there before its first migration.
CREATE SCHEMA IF NOT EXISTS chatter;
CREATE TABLE IF NOT EXISTS chatter.migration (
  version    integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)
