-- Lets the view read a table of the application's. A view over the table itself would depend on it, and
-- PostgreSQL would then refuse to alter the type of a column or to drop the table, as migrations of the
-- application's do. A function's text doesn't depend on anything, and one like this is expanded where it
-- is used, so that the table's indexes serve. Its text isn't checked here (the first line is for this
-- transaction), because the application may make its table later.
SELECT set_config('check_function_bodies', 'off', true);
CREATE OR REPLACE FUNCTION {schema}.chatter_application_users()
  RETURNS TABLE (id text, display_name text, created_at timestamptz, active boolean)
  LANGUAGE sql STABLE AS $chatter$
  SELECT u.{id}::text, coalesce(u.{name}::text, ''), NULL::timestamptz, {active}
    FROM {user_table} u
   WHERE u.{id} IS NOT NULL
$chatter$;
CREATE OR REPLACE VIEW {schema}.chatter_user_view AS
  SELECT id COLLATE "C" AS id, display_name, created_at, active
    FROM {schema}.chatter_application_users();
