-- The epoch of a tenant's logs: it changes with the mark in the settings s, when the logs' table is made anew (a restore),
-- when another server takes over (the time line, the first eight digits of a log file's name), and where another cluster
-- is put in this one's place.
pg_catalog.left(pg_catalog.translate(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
  s.epoch || '/' || '{schema}.chatter_event'::pg_catalog.regclass::oid || '/' || c.system_identifier || '/'
    || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8), 'UTF8')),
  'base64'), '+/', '-_'), 12)
