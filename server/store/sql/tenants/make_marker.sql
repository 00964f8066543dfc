-- The marker: tells which tenant the schema is, wherever it comes from; exactly one row. incarnation: as in
-- chatter.tenant; name: the schema's, when this was written; version: of the tables in it.
-- Gives: nothing
CREATE TABLE IF NOT EXISTS {schema}.chatter_schema (
  single      boolean PRIMARY KEY DEFAULT true CHECK (single),
  incarnation uuid NOT NULL,
  name        text COLLATE "C" NOT NULL,
  version     integer NOT NULL
)
