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
