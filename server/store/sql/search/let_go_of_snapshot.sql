-- Does nothing, but as a statement that comes by itself (BlockingSession::Execute) it takes the place of the one before,
-- whose snapshot PostgreSQL would else keep until the transaction ends.
-- Gives: done boolean
SELECT true AS done
