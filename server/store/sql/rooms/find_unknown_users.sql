-- Gives: id text
SELECT u.id
  FROM unnest($1::text[]) AS u (id)
 WHERE NOT EXISTS (SELECT FROM {schema}.chatter_user_view c WHERE c.id = u.id AND c.active)
