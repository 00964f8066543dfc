-- The messages that match as they are now, the best first, and of equally good ones the latest. $1, $3, $4, $5 what is
-- looked for (search_query.sql); $2 for which member (null: a service); $6 only in this room (null: in all); $7 only from this
-- sender (empty: from all); $8, $9 only what was stored then or later, and before then (null: always); $10 only with
-- attachments; $11 only with mentions of the member or everyone; $12 whether all are equally good; $13, $14, $15, $16 the
-- place after which to begin ($15 null: from the start); $17 how many.
-- rank: in millionths. tokens: the text's words in their order, '+' before those that match and '-' before the others;
-- which is decided once for each word, however often a text has it.
-- Each room that the member may read is looked through by itself: the indexes hold each message's room beside its words.
-- So what matches in other rooms is neither read nor ranked, which would tell by the time how much that is; of
-- beginnings of words the index tells that all the same (decision 40).
-- Gives: seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service text, edited_at
-- timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint, edited_by text,
-- edit_seq bigint, reactions text[], room_id uuid, rank bigint, tokens text[]
WITH query AS ({{search_query}}), place AS (
  SELECT scope.first_seq,
         CASE WHEN scope.in_room IS NULL THEN query.words
              ELSE query.words && quote_literal(' ' || scope.in_room)::tsquery END AS words
    FROM query
   CROSS JOIN (SELECT m.room_id AS in_room, {{first_seq}} AS first_seq
                 FROM {schema}.chatter_member m
                 JOIN {schema}.chatter_room r ON r.id = m.room_id
                WHERE m.user_id = $2 AND ($6::uuid IS NULL OR m.room_id = $6::uuid)
                UNION ALL
               SELECT $6::uuid, 1 WHERE $2::text IS NULL) scope
), matching AS (
  SELECT e.room_id, e.seq, e.created_at, e.actor_id, e.details, e.text
    FROM place
    JOIN {schema}.chatter_event e
      ON e.kind = {event.message_sent} AND e.text IS NOT NULL AND e.text <> '' AND e.seq >= place.first_seq
     AND {{search_vector}} @@ place.words
   WHERE NOT EXISTS (SELECT FROM {schema}.chatter_message s
                      WHERE s.room_id = e.room_id AND s.seq = e.seq AND s.text IS NOT NULL)
   UNION ALL
  SELECT e.room_id, e.seq, e.created_at, e.actor_id, e.details, s.text
    FROM place
    JOIN {schema}.chatter_message s
      ON s.text IS NOT NULL AND s.seq >= place.first_seq AND {{search_vector}} @@ place.words
    JOIN {schema}.chatter_event e ON e.room_id = s.room_id AND e.seq = s.seq
), ranked AS (
  SELECT f.room_id, f.seq, f.created_at,
         CASE WHEN $12 THEN 0
              ELSE (1000000 * ts_rank(to_tsvector({language}, {{split_text}}), query.stems))::bigint END AS rank
    FROM query
   CROSS JOIN matching f
    JOIN {schema}.chatter_room r ON r.id = f.room_id
   WHERE ($7::text = '' OR f.actor_id = $7)
     AND ($8::timestamptz IS NULL OR f.created_at >= $8) AND ($9::timestamptz IS NULL OR f.created_at < $9)
     AND (NOT $10 OR EXISTS (SELECT FROM (SELECT coalesce(s.details, f.details) AS details
                                             FROM (SELECT) AS this
                                             LEFT JOIN {schema}.chatter_message s
                                               ON s.room_id = f.room_id AND s.seq = f.seq) held
                               WHERE {{has_attachment}}))
     AND (NOT $11 OR EXISTS (SELECT FROM {schema}.chatter_mention n
                              WHERE n.room_id = f.room_id AND n.seq = f.seq AND n.user_id IN ($2, '')))
), page AS (
  SELECT room_id, seq, created_at, rank
    FROM ranked
   WHERE $15::uuid IS NULL OR (rank, created_at, room_id, seq) < ($13::bigint, $14::timestamptz, $15::uuid, $16::bigint)
   ORDER BY rank DESC, created_at DESC, room_id DESC, seq DESC
   LIMIT $17
)
SELECT {{message_columns}},
       {{message_reactions}},
       page.room_id, page.rank,
       (WITH token AS MATERIALIZED (
          SELECT text, place
            FROM ts_parse('default', (SELECT {{split_text}} FROM (SELECT coalesce(s.text, e.text) AS text) shown))
                   WITH ORDINALITY AS parsed (kind, text, place)
           WHERE kind <> 12
        ), word AS MATERIALIZED (
          SELECT text, (to_tsvector({language}, text) || to_tsvector('pg_catalog.simple'::regconfig,
                                                                     {{folded_text}})) @@ query.marks AS matches
            FROM (SELECT DISTINCT text FROM token) each
        )
        SELECT array_agg(CASE WHEN word.matches THEN '+' ELSE '-' END || text ORDER BY place)
          FROM token JOIN word USING (text)) AS tokens
  FROM query
 CROSS JOIN page
  JOIN {schema}.chatter_event e ON e.room_id = page.room_id AND e.seq = page.seq
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
 ORDER BY page.rank DESC, page.created_at DESC, page.room_id DESC, page.seq DESC
