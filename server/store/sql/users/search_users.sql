-- $1 prefix, $2 the id after which to begin, $3 how many, $4 how the id begins or, each of its words, a word of the name:
-- whatever the case, the accents and the signs are. A query without words is in no name.
-- Each user is looked at, in the order of the ids: names are the application's as often as not, and so no index is ours.
-- OFFSET 0: so that the name is made once, and not for each word.
-- Gives: id text, display_name text, created_at timestamptz, active boolean
WITH query AS (
  SELECT lower(folded) AS folded, regexp_split_to_array(btrim(lower(folded)), ' +') AS words
    FROM (SELECT ({{folded_text}}) COLLATE "default" AS folded FROM (SELECT $4::text AS text) given) given
)
SELECT u.id, u.display_name, u.created_at, u.active
  FROM query
 CROSS JOIN {schema}.chatter_user_view u
 WHERE u.active AND u.id ^@ $1 AND u.id > $2
   AND (EXISTS (SELECT FROM (SELECT u.id AS text) given
                 WHERE starts_with(lower(({{folded_text}}) COLLATE "default"), query.folded))
        OR EXISTS (SELECT FROM (SELECT ' ' || lower(({{folded_text}}) COLLATE "default") AS name
                                  FROM (SELECT u.display_name AS text) given
                                OFFSET 0) named
                    WHERE query.words <> ARRAY['']
                      AND NOT EXISTS (SELECT FROM unnest(query.words) AS word WHERE strpos(name, ' ' || word) = 0)))
 ORDER BY u.id
 LIMIT $3
