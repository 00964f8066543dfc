-- Of the room r with its head, as $1 sees it, whose membership (if any) is mine, and whose latest message to be seen is l.
-- What stands between the marks of a look-up is left out where it isn't asked for (room_look_ups.h).
r.id, r.kind, {{head_seq}} AS head_seq, r.member_count, r.created_at, {{last_event_at}} AS last_event_at,
       r.name, r.topic, r.avatar_url, r.attributes, r.history, r.archived_at, mine.role,
       {{first_seq}} AS first_seq,
       coalesce(mine.read_seq, 0) AS read_seq,
       mine.notifications, CASE WHEN mine.muted_until > statement_timestamp() THEN mine.muted_until END AS muted_until,
       mine.pinned_at IS NOT NULL AS pinned_by_member,
       {{hidden}} AS hidden
       /*user_ids{*/, array(SELECT m.user_id FROM {schema}.chatter_member m
                             WHERE m.room_id = r.id ORDER BY m.user_id LIMIT 100) AS user_ids /*}*/
       /*other_names{*/, CASE WHEN r.name = '' THEN
           array(SELECT coalesce(nullif(u.display_name, ''), m.user_id)
                   FROM {schema}.chatter_member m
                   LEFT JOIN {schema}.chatter_user_view u ON u.id = m.user_id
                  WHERE m.room_id = r.id AND m.user_id IS DISTINCT FROM $1
                  ORDER BY m.user_id LIMIT 10)
         END AS other_names /*}*/
       /*unread{*/, CASE WHEN {{head_seq}} > mine.read_seq THEN {{unread_count}} ELSE 0 END AS unread /*}*/
       /*unread_mentions{*/, CASE WHEN {{head_seq}} > mine.read_seq THEN {{unread_mention_count}} ELSE 0
         END AS unread_mentions /*}*/
       /*last_message{*/, l.* /*}*/
