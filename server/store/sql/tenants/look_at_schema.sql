-- $1 a schema's name; no row: there is no such schema. The oid of its marker, whether any
-- table has a name as Chatter's have, and which version the tables are of, as far as they tell (0: not Chatter's).
-- Gives: marker_oid bigint, has_names boolean, version integer
SELECT m.oid::bigint AS marker_oid, t.names <> '{}' AS has_names,
       CASE WHEN NOT t.names @> '{chatter_event,chatter_member,chatter_room,chatter_session,chatter_user}' THEN 0
            WHEN t.raises THEN 9
            WHEN t.edits_details THEN 8
            WHEN 'chatter_thread_follower' = ANY (t.names) THEN 7
            WHEN t.settles THEN 6
            WHEN 'chatter_mark' = ANY (t.names) THEN 5
            WHEN 'chatter_settings' = ANY (t.names) THEN 4
            WHEN 'chatter_message' = ANY (t.names) THEN 3
            WHEN 'chatter_user_view' = ANY (t.names) THEN 2
            ELSE 1 END AS version
  FROM pg_catalog.pg_namespace n
  LEFT JOIN pg_catalog.pg_class m ON m.relnamespace = n.oid AND m.relname = 'chatter_schema' AND m.relkind = 'r'
 CROSS JOIN LATERAL (SELECT coalesce(array_agg(c.relname::text), '{}') AS names,
                            EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                      JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
                                     WHERE r.relnamespace = n.oid AND r.relname = 'chatter_room'
                                       AND a.attname = 'settled' AND NOT a.attisdropped) AS settles,
                            EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                      JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
                                     WHERE r.relnamespace = n.oid AND r.relname = 'chatter_message'
                                       AND a.attname = 'details' AND NOT a.attisdropped) AS edits_details,
                            EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                      JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
                                     WHERE r.relnamespace = n.oid AND r.relname = 'chatter_room'
                                       AND a.attname = 'raised_at' AND NOT a.attisdropped) AS raises
                       FROM pg_catalog.pg_class c
                      WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'v') AND c.relname ^@ 'chatter_') t
 WHERE n.nspname = $1
