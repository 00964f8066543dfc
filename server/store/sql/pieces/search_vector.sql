-- What a message is found by, of its columns `text` and `room_id`: the stems of its words by the language, its room (a
-- word that no text has, as it begins with a space), and its words as they are but for accents, which are what beginnings
-- of words are found by. The room has a place far behind,
-- so that no phrase is found across the two, whatever words the language leaves out of it.
-- The search indexes are over this expression. Whoever changes it gives them other names (SearchLanguage).
(to_tsvector({language}, {{split_text}}) || (quote_literal(' ' || room_id) || ':200')::tsvector
   || to_tsvector('pg_catalog.simple'::regconfig, {{folded_text}}))
