-- Deleted rooms whose logs are still to be erased. A tenant that is gone takes its own along.
CREATE TABLE chatter.room_to_purge (
  tenant     text COLLATE "C" NOT NULL,
  room_id    uuid NOT NULL,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, room_id)
);
