-- What a message holds beside its text since an edit has changed that: as chatter_event.details; null: what it was sent
-- with. The event of such an edit, and of each later one, has it too (chatter.v1.MessageEdited.details), until the text of
-- that event is erased. A server of the release before this one erases the text alone when it deletes such a message:
-- without a text, nobody is shown the rest.
ALTER TABLE {schema}.chatter_message ADD COLUMN details bytea;
