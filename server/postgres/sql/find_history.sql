-- Which history of which cluster this is. The second part (the time line) goes up when a standby takes over; a
-- standby doesn't know its own.
-- Gives: history text
SELECT system_identifier::text || CASE WHEN pg_catalog.pg_is_in_recovery() THEN ''
         ELSE '/' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8) END AS history
  FROM pg_catalog.pg_control_system()
