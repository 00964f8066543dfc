-- $1 user. In how many rooms that aren't muted something is unread (up to 1,000), how many messages that are, and how
-- many of them mention the user.
-- Gives: count bigint, coalesce bigint, coalesce bigint
SELECT count(*) FILTER (WHERE c.unread > 0), coalesce(sum(c.unread), 0)::bigint,
       coalesce(sum(c.unread_mentions), 0)::bigint
  FROM (SELECT m.room_id, m.read_seq
          FROM ({{membership}}) m
          JOIN {schema}.chatter_room r ON r.id = m.room_id
          {{head}}
         WHERE m.user_id = $1
           AND {{head_seq}} > m.read_seq
           AND (m.muted_until IS NULL OR m.muted_until <= statement_timestamp())
         ORDER BY {{last_event_at}} DESC, r.id DESC
         LIMIT 1000) mine
 CROSS JOIN LATERAL (SELECT {{unread_count}} AS unread, {{unread_mention_count}} AS unread_mentions) c
