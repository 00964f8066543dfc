-- Whether anything is left of the words $1 when those that the language leaves out are gone.
-- Gives: any_left boolean
SELECT numnode(websearch_to_tsquery({language}, $1)) > 0 AS any_left
