-- $1 room; $2 the number before which to begin; $3 how many; $4 for which member (empty: a service).
-- Reactions: how many, `+` if the member is among them or else `-`, and the reaction.
SELECT e.seq, e.created_at, e.actor_id, e.client_message_id, coalesce(s.text, e.text) AS text, e.service,
       s.edited_at, s.pinned_at IS NOT NULL AS pinned,
       CASE WHEN s.reaction_count > 0 THEN
         array(SELECT count(*) || CASE WHEN bool_or(x.user_id = $4) THEN '+' ELSE '-' END || x.reaction
                 FROM {schema}.chatter_reaction x
                WHERE x.room_id = e.room_id AND x.seq = e.seq
                GROUP BY x.reaction
                ORDER BY min(x.created_at), x.reaction)
       END AS reactions
  FROM {schema}.chatter_event e
  LEFT JOIN {schema}.chatter_message s ON s.room_id = e.room_id AND s.seq = e.seq
 WHERE e.room_id = $1 AND e.seq < $2 AND e.kind = 2
   AND e.seq >= coalesce((SELECT m.joined_seq
                            FROM {schema}.chatter_room r
                            JOIN {schema}.chatter_member m ON m.room_id = r.id AND m.user_id = $4
                           WHERE r.id = $1 AND r.history = 2), 1)
 ORDER BY e.seq DESC
 LIMIT $3
