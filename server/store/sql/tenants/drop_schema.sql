-- With all that is in it, whoever made it.
-- Gives: nothing
DROP SCHEMA IF EXISTS {schema} CASCADE
