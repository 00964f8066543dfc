-- $1 room, $2 user. Whether to change what, and to what: $3 and $4 notifications; $5 and $6 until when it is muted
-- (null: it isn't); $7 and $8 whether it is pinned; $9 and $10 whether it is hidden. No row: the user isn't in the
-- room.
-- Gives: notifications smallint, muted_until timestamptz, pinned boolean, hidden boolean
UPDATE {schema}.chatter_member m
   SET notifications = CASE WHEN $3 THEN $4 ELSE m.notifications END,
       muted_until = CASE WHEN $5 THEN $6 ELSE m.muted_until END,
       pinned_at = CASE WHEN NOT $7 THEN m.pinned_at WHEN $8 THEN coalesce(m.pinned_at, statement_timestamp()) END,
       hidden_at_seq = CASE WHEN NOT $9 THEN m.hidden_at_seq WHEN $10 THEN {{head_seq}} END
  FROM {schema}.chatter_room r
  {{head}}
 WHERE r.id = $1 AND m.room_id = $1 AND m.user_id = $2
RETURNING m.notifications, CASE WHEN m.muted_until > statement_timestamp() THEN m.muted_until END AS muted_until,
          m.pinned_at IS NOT NULL AS pinned,
          {{hidden}} AS hidden
