-- Lets the view read a table of the application's. A view over the table itself would depend on it, and
-- PostgreSQL would then refuse to alter the type of a column or to drop the table, as migrations of the
-- application's do. A function's text doesn't depend on anything, and one like this is expanded where it
-- is used, so that the table's indexes serve. Its text isn't checked here (the first line is for this
-- transaction), because the application may make its table later.
-- Whoever has an id that can't be a user's (see User in user.proto) isn't one; names are made such that they can be.
SELECT set_config('check_function_bodies', 'off', true);
CREATE OR REPLACE FUNCTION {schema}.chatter_application_users()
  RETURNS TABLE (id text, display_name text, created_at timestamptz, active boolean)
  LANGUAGE sql STABLE AS $chatter$
  SELECT u.{id}::text, CASE WHEN octet_length(plain.name) > 256 THEN left(plain.name, 63) || '…' ELSE plain.name END,
         NULL::timestamptz, {active}
    FROM {user_table} u,
         LATERAL (SELECT regexp_replace(coalesce(u.{name}::text, '') COLLATE "C", E'[\\u0001-\\u001f\\u007f-\\u009f]',
                                        ' ', 'g') AS name) plain
   WHERE octet_length(u.{id}::text) BETWEEN 1 AND 600 AND u.{id}::text COLLATE "C" !~ E'[\\u0001-\\u001f\\u007f-\\u009f]'
$chatter$;
CREATE OR REPLACE VIEW {schema}.chatter_user_view AS
  SELECT id COLLATE "C" AS id, display_name, created_at, active
    FROM {schema}.chatter_application_users();
