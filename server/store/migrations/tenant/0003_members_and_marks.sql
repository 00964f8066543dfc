-- Rooms of other kinds, and what their members may do.
-- kind: 1 direct, 2 group, 3 public. member_set of the others: stands for the request that made the room.
-- attributes: keys and values in turn. history: 1 members see the whole log, 2 from where they joined.
-- version counts the changes of the room's own row (but for head_seq and last_event_at) and of its members:
-- whoever decides on one by what it has read makes sure that it still holds.
ALTER TABLE {schema}.chatter_room
  ADD COLUMN version bigint NOT NULL DEFAULT 1,
  ADD COLUMN name text NOT NULL DEFAULT '',
  ADD COLUMN topic text NOT NULL DEFAULT '',
  ADD COLUMN avatar_url text NOT NULL DEFAULT '',
  ADD COLUMN attributes text[] NOT NULL DEFAULT '{}',
  ADD COLUMN history smallint NOT NULL DEFAULT 1,
  ADD COLUMN archived_at timestamptz;
CREATE INDEX chatter_room_public ON {schema}.chatter_room (lower(name) COLLATE "C", id)
 WHERE kind = 3 AND archived_at IS NULL;

-- role: 1 owner, 2 moderator, 3 member, 4 reader. All members of a DIRECT room are its owners.
ALTER TABLE {schema}.chatter_member ADD COLUMN role smallint NOT NULL DEFAULT 1;

-- kind: 3 room updated, 4 members added, 5 members removed, 6 roles changed (details: RoomUpdated,
-- MembersAdded, MembersRemoved, RolesChanged of chatter.v1).

-- Marks: the last event that has been read, that others are told was read, and that was delivered. They move
-- with every look into a room, and no index has them: room for HOT updates. Who is a member by now has read
-- all that there is.
ALTER TABLE {schema}.chatter_member
  ADD COLUMN read_seq bigint NOT NULL DEFAULT 1,
  ADD COLUMN shown_read_seq bigint NOT NULL DEFAULT 1,
  ADD COLUMN delivered_seq bigint NOT NULL DEFAULT 1;
ALTER TABLE {schema}.chatter_member SET (fillfactor = 80);
UPDATE {schema}.chatter_member m
   SET read_seq = r.head_seq, shown_read_seq = r.head_seq, delivered_seq = r.head_seq
  FROM {schema}.chatter_room r
 WHERE r.id = m.room_id;

-- What has become of messages since they were sent: a row for those of which anything has. text: as it is
-- now, null: as it was sent. edit_seqs: the events that edited it, whose texts go when it is deleted.
-- A deleted message's event has no text. chatter_event.kind: 7 message edited (text), 8 message deleted,
-- 9 reaction added, 10 reaction removed, 11 message pinned, 12 message unpinned.
CREATE TABLE {schema}.chatter_message (
  room_id        uuid NOT NULL,
  seq            bigint NOT NULL,
  text           text,
  edited_at      timestamptz,
  edit_seqs      bigint[] NOT NULL DEFAULT '{}',
  pinned_at      timestamptz,
  reaction_count integer NOT NULL DEFAULT 0,
  PRIMARY KEY (room_id, seq)
) WITH (fillfactor = 80);
CREATE INDEX chatter_message_pinned ON {schema}.chatter_message (room_id, seq) WHERE pinned_at IS NOT NULL;

CREATE TABLE {schema}.chatter_reaction (
  room_id    uuid NOT NULL,
  seq        bigint NOT NULL,
  reaction   text COLLATE "C" NOT NULL,
  user_id    text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (room_id, seq, reaction, user_id)
);
