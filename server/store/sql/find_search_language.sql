-- One row if there is such a text search configuration of PostgreSQL's own.
SELECT FROM pg_catalog.pg_ts_config c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
 WHERE n.nspname = 'pg_catalog' AND c.cfgname = $1
