-- Divides by zero, and so undoes its transaction, unless the schema $1 is the one with the stamp $2, last changed by the
-- transaction $3 (see pieces/schema_state.sql; both 0: there is none).
-- Gives: is_meant integer
SELECT 1 / (coalesce({{schema_state}}, '{0,0}') = ARRAY[$2::bigint, $3::bigint])::integer AS is_meant
  FROM (SELECT $1::name AS schema_name) c
