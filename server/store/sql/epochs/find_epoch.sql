-- The epoch of the tenant's logs; null on a standby, which doesn't know its time line, and may lag behind.
-- Gives: mark text, epoch text
SELECT s.epoch AS mark, CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN {{epoch}} END AS epoch
  FROM {schema}.chatter_settings s CROSS JOIN pg_catalog.pg_control_system() c
