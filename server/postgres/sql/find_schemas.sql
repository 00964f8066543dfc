-- How the schemas with the names $1 are, in that order: see pieces/schema_state.sql; 0: there is none.
-- Gives: stamp bigint, change bigint
SELECT coalesce(s.state[1], 0) AS stamp, coalesce(s.state[2], 0) AS change
  FROM unnest($1::text[]) WITH ORDINALITY AS c (schema_name, place)
 CROSS JOIN LATERAL (SELECT {{schema_state}} AS state) s
 ORDER BY c.place
