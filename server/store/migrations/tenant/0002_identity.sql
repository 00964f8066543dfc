-- Users are read through a view only: over Chatter's own table, as here, or over one of the
-- application's. So nothing can refer to users by a foreign key.
ALTER TABLE {schema}.chatter_user ADD COLUMN active boolean NOT NULL DEFAULT true;
ALTER TABLE {schema}.chatter_session DROP CONSTRAINT chatter_session_user_id_fkey;
ALTER TABLE {schema}.chatter_member DROP CONSTRAINT chatter_member_user_id_fkey;
CREATE VIEW {schema}.chatter_user_view AS
  SELECT id, display_name, created_at, active FROM {schema}.chatter_user;

-- idle_ttl: in microseconds; null: idleness doesn't end the session. last_used_at is kept up with now and
-- then only.
ALTER TABLE {schema}.chatter_session
  ADD COLUMN device text NOT NULL DEFAULT '',
  ADD COLUMN idle_ttl bigint,
  ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX chatter_session_user ON {schema}.chatter_session (user_id);

-- The service account through which the actor acted; null: none.
ALTER TABLE {schema}.chatter_event ADD COLUMN service text COLLATE "C";
