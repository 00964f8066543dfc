-- What decides whether a change is allowed. $1 room; $2 who wants it (null: a service); $3 the users whom it
-- is about. Whether the room has an owner beside these.
-- Gives: version bigint, kind smallint, name text, topic text, avatar_url text, attributes text[], history smallint,
-- archived boolean, member_count integer, role smallint, other_owner boolean
SELECT r.version, r.kind, r.name, r.topic, r.avatar_url, r.attributes, r.history,
       r.archived_at IS NOT NULL AS archived, r.member_count, mine.role,
       EXISTS (SELECT FROM {schema}.chatter_member o
                WHERE o.room_id = r.id AND o.role = {role.owner} AND o.user_id <> ALL ($3::text[])) AS other_owner
  FROM {schema}.chatter_room r
  LEFT JOIN {schema}.chatter_member mine ON mine.room_id = r.id AND mine.user_id = $2
 WHERE r.id = $1
