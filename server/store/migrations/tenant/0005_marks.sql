-- A transaction with an old snapshot (any pg_dump, any CREATE INDEX CONCURRENTLY) keeps all versions of a row, and
-- whoever looks the row up walks them. So what changes with every look into a room mustn't be in a row that every send
-- looks up: members' marks have a table of their own. No row: none has moved since the user came, and the marks are
-- those in chatter_member, which stay as they are.
-- This migration and the next are of one release: servers of the release before, which number by chatter_room.head_seq,
-- refuse what is two versions ahead.
CREATE TABLE {schema}.chatter_mark (
  user_id        text COLLATE "C" NOT NULL,
  room_id        uuid NOT NULL,
  read_seq       bigint NOT NULL,
  shown_read_seq bigint NOT NULL,
  delivered_seq  bigint NOT NULL,
  PRIMARY KEY (user_id, room_id),
  FOREIGN KEY (room_id, user_id) REFERENCES {schema}.chatter_member ON DELETE CASCADE
) WITH (fillfactor = 80);
