-- Whether anything is left of the words and phrases $1 when the words are gone that the language leaves out.
-- Gives: any_left boolean
SELECT EXISTS (SELECT FROM unnest($1::text[]) AS term (text)
                WHERE numnode(phraseto_tsquery({language}, {{split_text}})) > 0) AS any_left
