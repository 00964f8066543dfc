-- $1 room; $2 how many; $3 for which member (empty: a service). The columns of list_messages_before.sql.
SELECT e.seq, e.created_at, e.actor_id, e.client_message_id, coalesce(s.text, e.text) AS text, e.service,
       s.edited_at, s.pinned_at IS NOT NULL AS pinned,
       CASE WHEN s.reaction_count > 0 THEN
         array(SELECT count(*) || CASE WHEN bool_or(x.user_id = $3) THEN '+' ELSE '-' END || x.reaction
                 FROM {schema}.chatter_reaction x
                WHERE x.room_id = e.room_id AND x.seq = e.seq
                GROUP BY x.reaction
                ORDER BY min(x.created_at), x.reaction)
       END AS reactions
  FROM {schema}.chatter_message s
  JOIN {schema}.chatter_event e ON e.room_id = s.room_id AND e.seq = s.seq
 WHERE s.room_id = $1 AND s.pinned_at IS NOT NULL
   AND e.seq >= coalesce((SELECT m.joined_seq
                            FROM {schema}.chatter_room r
                            JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $3
                           WHERE r.id = $1 AND r.history = 2), 1)
 ORDER BY s.seq DESC
 LIMIT $2
