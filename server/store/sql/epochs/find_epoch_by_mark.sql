-- find_epoch.sql for roles that may not ask for the database's history.
-- Gives: mark text, epoch text
SELECT epoch AS mark, CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.left(epoch, 12) END AS epoch
  FROM {schema}.chatter_settings
