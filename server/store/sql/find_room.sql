-- $1 room; $2 a user who must be in it, or empty.
SELECT r.id, r.kind, r.head_seq, r.member_count, r.created_at, r.last_event_at,
       array(SELECT m.user_id FROM {schema}.chatter_member m
              WHERE m.room_id = r.id ORDER BY m.user_id LIMIT 100) AS user_ids,
       l.seq, l.created_at, l.actor_id, l.client_message_id, l.text, l.service
  FROM {schema}.chatter_room r
  LEFT JOIN LATERAL (SELECT e.* FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id AND e.kind = 2
                      ORDER BY e.seq DESC LIMIT 1) l ON true
 WHERE r.id = $1
   AND ($2::text = '' OR EXISTS (SELECT FROM {schema}.chatter_member m
                                  WHERE m.room_id = r.id AND m.user_id = $2))
