-- Gives $1 back.
-- Gives: answer text
SELECT $1::text AS answer
