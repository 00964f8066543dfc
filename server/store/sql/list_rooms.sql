-- $1 user; $2, $3 the place after which to begin (null: from the start); $4 how many.
SELECT r.id, r.kind, r.head_seq, r.member_count, r.created_at, r.last_event_at,
       array(SELECT m.user_id FROM {schema}.chatter_member m
              WHERE m.room_id = r.id ORDER BY m.user_id LIMIT 100) AS user_ids,
       l.seq, l.created_at, l.actor_id, l.client_message_id, l.text, l.service
  FROM (SELECT room.*
          FROM {schema}.chatter_member mine
          JOIN {schema}.chatter_room room ON room.id = mine.room_id
         WHERE mine.user_id = $1
           AND ($2::timestamptz IS NULL OR (room.last_event_at, room.id) < ($2, $3::uuid))
         ORDER BY room.last_event_at DESC, room.id DESC
         LIMIT $4) r
  LEFT JOIN LATERAL (SELECT e.* FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id AND e.kind = 2
                      ORDER BY e.seq DESC LIMIT 1) l ON true
 ORDER BY r.last_event_at DESC, r.id DESC
