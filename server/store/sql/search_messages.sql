-- The messages that match as they are now, the best first, and of equally good ones the latest. $1 what is looked for;
-- $2 for which member (empty: a service); $3 only in this room (null: in all); $4 only from this sender (empty: from
-- all); $5, $6, $7, $8 the place after which to begin ($7 null: from the start); $9 how many; $10, $11 what is to be
-- put before and behind each match.
-- rank: in millionths. marked: the text with the matches marked.
WITH query AS (
  SELECT websearch_to_tsquery({language}, $1) AS words
), matching AS (
  SELECT e.room_id, e.seq, e.created_at, e.actor_id, e.text
    FROM {schema}.chatter_event e
   WHERE e.kind = 2 AND e.text IS NOT NULL AND e.text <> ''
     AND to_tsvector({language}, e.text) @@ (SELECT words FROM query)
     AND NOT EXISTS (SELECT FROM {schema}.chatter_message s
                      WHERE s.room_id = e.room_id AND s.seq = e.seq AND s.text IS NOT NULL)
   UNION ALL
  SELECT e.room_id, e.seq, e.created_at, e.actor_id, s.text
    FROM {schema}.chatter_message s
    JOIN {schema}.chatter_event e ON e.room_id = s.room_id AND e.seq = s.seq
   WHERE s.text IS NOT NULL
     AND to_tsvector({language}, s.text) @@ (SELECT words FROM query)
), ranked AS (
  SELECT f.room_id, f.seq, f.created_at,
         (1000000 * ts_rank(to_tsvector({language}, f.text), (SELECT words FROM query)))::bigint AS rank
    FROM matching f
    JOIN {schema}.chatter_room r ON r.id = f.room_id
    LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $2
   WHERE ($2::text = '' OR mine.user_id IS NOT NULL)
     AND f.seq >= CASE WHEN r.history = 2 THEN coalesce(mine.joined_seq, 1) ELSE 1 END
     AND ($3::uuid IS NULL OR f.room_id = $3::uuid)
     AND ($4::text = '' OR f.actor_id = $4)
), page AS (
  SELECT room_id, seq, created_at, rank
    FROM ranked
   WHERE $7::uuid IS NULL OR (rank, created_at, room_id, seq) < ($5::bigint, $6::timestamptz, $7::uuid, $8::bigint)
   ORDER BY rank DESC, created_at DESC, room_id DESC, seq DESC
   LIMIT $9
)
SELECT {{message_columns}},
       {{message_reactions}},
       page.room_id, page.rank,
       ts_headline({language}, coalesce(s.text, e.text), (SELECT words FROM query),
                   'HighlightAll=true, StartSel=' || $10 || ', StopSel=' || $11) AS marked
  FROM page
  JOIN {schema}.chatter_event e ON e.room_id = page.room_id AND e.seq = page.seq
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
 ORDER BY page.rank DESC, page.created_at DESC, page.room_id DESC, page.seq DESC
