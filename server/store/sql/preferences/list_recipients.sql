-- Whom to notify of a message now. $1 room; $2 message; $3 the user id after which to begin; $4 how many.
-- Gives: user_id text
SELECT m.user_id
  FROM {schema}.chatter_event e
  JOIN {schema}.chatter_room r ON r.id = e.room_id
  JOIN {schema}.chatter_member m ON m.room_id = e.room_id
 WHERE e.room_id = $1 AND e.seq = $2 AND m.user_id > $3
   AND m.user_id <> e.actor_id
   AND e.seq >= {{first_seq}}
   AND (m.muted_until IS NULL OR m.muted_until <= statement_timestamp())
   AND (m.notifications = {notify.all}
        OR m.notifications = {notify.mentions}
           AND (m.user_id IN (SELECT n.user_id FROM {schema}.chatter_mention n WHERE n.room_id = $1 AND n.seq = $2)
                OR EXISTS (SELECT FROM {schema}.chatter_mention n
                            WHERE n.room_id = $1 AND n.seq = $2 AND n.user_id = '')))
   AND EXISTS (SELECT FROM {schema}.chatter_user_view u WHERE u.id = m.user_id AND u.active)
   -- Quiet hours that don't begin before they end span midnight; without any, the comparisons give null.
   AND NOT EXISTS (SELECT
                     FROM {schema}.chatter_user_state s
                    CROSS JOIN LATERAL (SELECT statement_timestamp()
                                               AT TIME ZONE coalesce(nullif(s.quiet_zone, ''), 'UTC') AS here) t
                    CROSS JOIN LATERAL (SELECT extract(hour FROM t.here) * 60 + extract(minute FROM t.here)
                                               AS minute) n
                    WHERE s.user_id = m.user_id
                      AND CASE WHEN s.quiet_from < s.quiet_to THEN n.minute >= s.quiet_from AND n.minute < s.quiet_to
                               ELSE n.minute >= s.quiet_from OR n.minute < s.quiet_to END)
 ORDER BY m.user_id
 LIMIT $4
