-- $1 user ids. The places, from 1, of those who aren't there or aren't active.
-- Gives: place bigint
SELECT t.place
  FROM unnest($1::text[]) WITH ORDINALITY AS t (id, place)
 WHERE NOT EXISTS (SELECT FROM {schema}.chatter_user_view u WHERE u.id = t.id AND u.active)
 ORDER BY t.place
