-- What a message holds beside its text is in chatter_event.details (chatter.v1.MessageDetails), and goes with its
-- text. thread_seq: the message whose thread it belongs to; stays when it is deleted. text: empty where the message was
-- sent without, or where an edit has erased it (then chatter_message has the text); null: deleted.
ALTER TABLE {schema}.chatter_event ADD COLUMN thread_seq bigint;

-- The replies of each thread, deleted or not: a table of their own, since an index of the log would take as long to make
-- as all of the log takes to read, and nobody could send meanwhile.
CREATE TABLE {schema}.chatter_reply (
  room_id    uuid NOT NULL,
  thread_seq bigint NOT NULL,
  seq        bigint NOT NULL,
  PRIMARY KEY (room_id, thread_seq, seq)
);

-- Of the first message of a thread: how many replies there are that aren't deleted, and the latest, deleted or not.
ALTER TABLE {schema}.chatter_message
  ADD COLUMN reply_count integer NOT NULL DEFAULT 0,
  ADD COLUMN last_reply_seq bigint;

-- Whom a message mentions, until it is deleted. user_id: empty for everyone.
CREATE TABLE {schema}.chatter_mention (
  room_id   uuid NOT NULL,
  seq       bigint NOT NULL,
  user_id   text COLLATE "C" NOT NULL,
  sender_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (room_id, seq, user_id)
);

-- A member's choices. notifications: 1 all, 2 mentions, 3 none. hidden_at_seq: the room was hidden when its log went so
-- far, and is until it goes further.
ALTER TABLE {schema}.chatter_member
  ADD COLUMN notifications smallint NOT NULL DEFAULT 1,
  ADD COLUMN muted_until timestamptz,
  ADD COLUMN pinned_at timestamptz,
  ADD COLUMN hidden_at_seq bigint;
-- A list of rooms leaves rooms out by these two, and looks at all rooms of the user for it.
DROP INDEX {schema}.chatter_member_user;
CREATE INDEX chatter_member_user ON {schema}.chatter_member (user_id, room_id) INCLUDE (hidden_at_seq, pinned_at);

-- A user's choices, and when the user was last there. No row: none were made, and it isn't known. quiet_from, quiet_to:
-- minutes after midnight in quiet_zone (empty: UTC); null: never quiet.
CREATE TABLE {schema}.chatter_user_state (
  user_id          text COLLATE "C" PRIMARY KEY,
  hides_read_marks boolean NOT NULL DEFAULT false,
  invisible        boolean NOT NULL DEFAULT false,
  quiet_from       smallint,
  quiet_to         smallint,
  quiet_zone       text NOT NULL DEFAULT '',
  last_seen_at     timestamptz
) WITH (fillfactor = 80);

-- What the tenant has chosen: exactly one row. disabled_features: numbers of chatter.v1.Feature. rewrite_window: in
-- seconds; null: no bound.
CREATE TABLE {schema}.chatter_settings (
  single            boolean PRIMARY KEY DEFAULT true CHECK (single),
  disabled_features smallint[] NOT NULL DEFAULT '{}',
  rewrite_window    bigint,
  forgets_edits     boolean NOT NULL DEFAULT false,
  search_language   text NOT NULL DEFAULT ''
);
INSERT INTO {schema}.chatter_settings DEFAULT VALUES;
