-- $1 rooms that aren't there. The events that say who deleted them; of those whose logs have been erased, none.
-- Gives: room_id uuid, seq bigint, created_at timestamptz, actor_id text, service text
SELECT r.id AS room_id, last.seq, last.created_at, last.actor_id, last.service
  FROM unnest($1::uuid[]) AS r (id)
 CROSS JOIN LATERAL (SELECT e.seq, e.created_at, e.kind, e.actor_id, e.service
                       FROM {schema}.chatter_event e
                      WHERE e.room_id = r.id ORDER BY e.seq DESC LIMIT 1) last
 WHERE last.kind = {event.room_deleted}
