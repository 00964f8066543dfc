-- For the same reason no event updates its room's row. A room's head is the last key of its log. settled: head_seq and
-- last_event_at are those of the last event, so that a list of many rooms needn't look into many logs. The first event
-- after that unsettles the room, and once the room has been quiet for a while it is settled again.
ALTER TABLE {schema}.chatter_room ADD COLUMN settled boolean NOT NULL DEFAULT true;

-- The service account that made the session, with which it ends, or `administrator`; null: the release before, which
-- didn't write it down.
ALTER TABLE {schema}.chatter_session ADD COLUMN service text COLLATE "C";

-- The search language that is wanted but not in force yet, for as long as its indexes are being made: it may take hours,
-- and any server goes on with it. Null: none. search_language_failure: the SQLSTATE with which it has failed; null: it
-- hasn't.
ALTER TABLE {schema}.chatter_settings
  ADD COLUMN wanted_search_language    text,
  ADD COLUMN search_language_wanted_at timestamptz,
  ADD COLUMN search_language_failure   text;

-- A mark of the tenant's logs, by chance. Whoever remembers numbers of the logs remembers, too, in which epoch: a digest
-- of this mark and of the database's own history (see pieces/epoch.sql). The mark is made anew where the logs have gone
-- back without a trace in that history.
ALTER TABLE {schema}.chatter_settings ADD COLUMN epoch text NOT NULL DEFAULT pg_catalog.gen_random_uuid()::text;
