-- Lets the view read Chatter's own table.
CREATE OR REPLACE VIEW {schema}.chatter_user_view AS
  SELECT id, display_name, created_at, active FROM {schema}.chatter_user;
DROP FUNCTION IF EXISTS {schema}.chatter_application_users();
