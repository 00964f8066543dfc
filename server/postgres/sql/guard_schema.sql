-- Divides by zero, and so undoes its transaction, unless the schema $1 is the one with the stamp $2 (see
-- pieces/schema_stamp.sql; 0: there is none).
-- Gives: is_meant integer
SELECT 1 / (coalesce({{schema_stamp}}, 0) = $2::bigint)::integer AS is_meant
  FROM (SELECT $1::name AS schema_name) c
