-- The names of all time zones, but for those that AT TIME ZONE would take for abbreviations, which know no summer time,
-- and those that name whatever a machine is set to.
-- PostgreSQL reads a file for each: tens of milliseconds.
-- Gives: name text
SELECT name FROM pg_timezone_names() WHERE name NOT IN ('CET', 'EET', 'MET', 'WET', 'localtime', 'posixrules')
