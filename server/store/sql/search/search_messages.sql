-- The messages that match as they are now, the best first, and of equally good ones the latest. $1 what is looked for;
-- $2 for which member (null: a service); $3 only in this room (null: in all); $4 only from this sender (empty: from
-- all); $5, $6, $7, $8 the place after which to begin ($7 null: from the start); $9 how many; $10, $11 what is to be
-- put before and behind each match.
-- rank: in millionths. marked: the text with the matches marked.
-- Each room that the member may read is looked through by itself: the indexes hold each message's room beside its words.
-- So what matches in other rooms is neither read nor ranked, which would tell by the time how much that is.
-- Gives: seq bigint, created_at timestamptz, actor_id text, client_message_id text, text text, service text, edited_at
-- timestamptz, pinned boolean, details bytea, reply_count integer, last_reply_seq bigint, reactions text[], room_id
-- uuid, rank bigint, marked text
WITH query AS (
  SELECT websearch_to_tsquery({language}, $1) AS words
), place AS (
  SELECT scope.first_seq,
         CASE WHEN scope.room_id IS NULL THEN query.words
              ELSE query.words && quote_literal(' ' || scope.room_id)::tsquery END AS words
    FROM query
   CROSS JOIN (SELECT m.room_id, {{first_seq}} AS first_seq
                 FROM {schema}.chatter_member m
                 JOIN {schema}.chatter_room r ON r.id = m.room_id
                WHERE m.user_id = $2 AND ($3::uuid IS NULL OR m.room_id = $3::uuid)
                UNION ALL
               SELECT $3::uuid, 1 WHERE $2::text IS NULL) scope
), matching AS (
  SELECT e.room_id, e.seq, e.created_at, e.actor_id, e.text
    FROM place
    JOIN {schema}.chatter_event e
      ON e.kind = {event.message_sent} AND e.text IS NOT NULL AND e.text <> '' AND e.seq >= place.first_seq
     AND (to_tsvector({language}, e.text) || array_to_tsvector(ARRAY[' ' || e.room_id])) @@ place.words
   WHERE NOT EXISTS (SELECT FROM {schema}.chatter_message s
                      WHERE s.room_id = e.room_id AND s.seq = e.seq AND s.text IS NOT NULL)
   UNION ALL
  SELECT e.room_id, e.seq, e.created_at, e.actor_id, s.text
    FROM place
    JOIN {schema}.chatter_message s
      ON s.text IS NOT NULL AND s.seq >= place.first_seq
     AND (to_tsvector({language}, s.text) || array_to_tsvector(ARRAY[' ' || s.room_id])) @@ place.words
    JOIN {schema}.chatter_event e ON e.room_id = s.room_id AND e.seq = s.seq
), ranked AS (
  SELECT f.room_id, f.seq, f.created_at,
         (1000000 * ts_rank(to_tsvector({language}, f.text), (SELECT words FROM query)))::bigint AS rank
    FROM matching f
    JOIN {schema}.chatter_room r ON r.id = f.room_id
   WHERE $4::text = '' OR f.actor_id = $4
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
