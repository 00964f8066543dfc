-- What is looked for. $1 terms, each a word or a phrase; of each, $3 in which alternative it is, $4 '!' if it must not be
-- there, else '', and $5 ':*' if its last word may go on, else ''.
-- words: what search_vector.sql must match, null if the language leaves out all of it; stems: of that what the language
-- makes of it, for the rank; marks: what a single word must match to be shown as found.
-- A term is found by its stems, or by its words but for accents. One letter alone doesn't go on: that would be anything.
SELECT string_agg(words, ' | ')::tsquery AS words, string_agg(stems, ' | ')::tsquery AS stems,
       regexp_replace(string_agg(marks, ' | '), ' (<[^>]+>|&) ', ' | ', 'g')::tsquery AS marks
  FROM (SELECT string_agg(sign || '(' || concat_ws(' | ', stems, plain) || ')', ' & ') AS words,
               string_agg(sign || '(' || stems || ')', ' & ') AS stems,
               string_agg(concat_ws(' | ', stems, plain), ' | ') FILTER (WHERE sign = '') AS marks
          FROM (SELECT alternative, sign, stems,
                       nullif(plain, '') || CASE WHEN plain ~ '[^''][^'']''$' THEN ending ELSE '' END AS plain
                  FROM (SELECT alternative, sign, ending, phraseto_tsquery({language}, {{split_text}})::text AS stems,
                               phraseto_tsquery('pg_catalog.simple'::regconfig, {{folded_text}})::text AS plain
                          FROM unnest($1::text[], $3::smallint[], $4::text[], $5::text[])
                                 AS given (text, alternative, sign, ending)) term
                 WHERE stems <> '') counting
         GROUP BY alternative) alternatives
