-- Lists of rooms are in the order of the last messages, and a hidden room comes back with one: not with a reaction. Like
-- the head, this isn't written with each message, but when the room is settled (0006), and whoever reads looks into the
-- log for what came since. last_message_seq: the last message up to the event checked_seq; 0: none. raised_at: when it
-- came, or the room was made, or somebody was put into it, whichever was the latest. Null: not looked up yet; then
-- head_seq and last_event_at stand for them. Servers of the release before settle rooms without it: so checked_seq may
-- lag behind head_seq.
ALTER TABLE {schema}.chatter_room
  ADD COLUMN checked_seq      bigint,
  ADD COLUMN last_message_seq bigint,
  ADD COLUMN raised_at        timestamptz;
