-- All that the migrations make, and nothing else: the schema is the application's. What the application
-- made depend on these makes it fail.
DROP VIEW IF EXISTS {schema}.chatter_user_view;
DROP FUNCTION IF EXISTS {schema}.chatter_application_users();
DROP TABLE IF EXISTS {schema}.chatter_settings, {schema}.chatter_user_state, {schema}.chatter_mention,
                     {schema}.chatter_reply, {schema}.chatter_reaction, {schema}.chatter_message,
                     {schema}.chatter_event, {schema}.chatter_mark, {schema}.chatter_thread_follower,
                     {schema}.chatter_member, {schema}.chatter_room,
                     {schema}.chatter_session, {schema}.chatter_user, {schema}.chatter_schema
