-- $1 schema names. For each, in order: state (null: there is no such tenant), reason, identity version.
SELECT t.state, t.state_reason, t.identity_version
  FROM unnest($1::text[]) WITH ORDINALITY AS n (schema_name, place)
  LEFT JOIN chatter.tenant t ON t.schema_name = n.schema_name
 ORDER BY n.place
