-- Everything of one tenant. Ids are compared as bytes: COLLATE "C".
CREATE TABLE {schema}.chatter_user (
  id           text COLLATE "C" PRIMARY KEY,
  display_name text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now()
);

-- A session's token is kept as its SHA-256 only.
CREATE TABLE {schema}.chatter_session (
  token_digest bytea PRIMARY KEY,
  user_id      text COLLATE "C" NOT NULL REFERENCES {schema}.chatter_user ON DELETE CASCADE,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);

-- member_set: the SHA-256 that stands for the exact set of members of a DIRECT room; null for others.
-- Every event updates head_seq and last_event_at, which no index has: room for HOT updates.
CREATE TABLE {schema}.chatter_room (
  id            uuid PRIMARY KEY,
  kind          smallint NOT NULL,
  member_set    bytea UNIQUE,
  head_seq      bigint NOT NULL,
  member_count  integer NOT NULL,
  created_at    timestamptz NOT NULL,
  last_event_at timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE {schema}.chatter_member (
  room_id    uuid NOT NULL REFERENCES {schema}.chatter_room ON DELETE CASCADE,
  user_id    text COLLATE "C" NOT NULL REFERENCES {schema}.chatter_user,
  joined_seq bigint NOT NULL,
  PRIMARY KEY (room_id, user_id)
);
CREATE INDEX chatter_member_user ON {schema}.chatter_member (user_id, room_id);

-- The log. kind: 1 room created (details: chatter.v1.RoomCreated), 2 message sent (text).
-- No foreign keys here: each would be one more look-up per message, and whoever writes an event
-- holds the room's row lock and has looked up the member.
CREATE TABLE {schema}.chatter_event (
  room_id           uuid NOT NULL,
  seq               bigint NOT NULL,
  created_at        timestamptz NOT NULL,
  kind              smallint NOT NULL,
  actor_id          text COLLATE "C" NOT NULL,
  client_message_id text COLLATE "C",
  text              text,
  details           bytea,
  PRIMARY KEY (room_id, seq)
);
CREATE UNIQUE INDEX chatter_event_client_message
  ON {schema}.chatter_event (room_id, actor_id, client_message_id)
  WHERE client_message_id IS NOT NULL;
