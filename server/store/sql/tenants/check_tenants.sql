-- $1 schema names. For each, in order: state (null: there is no such tenant), reason, identity version,
-- whether its schema is known, and its stamp (0: it isn't there).
-- Gives: state smallint, state_reason text, identity_version bigint, schema_is_known boolean, schema_stamp bigint
SELECT c.state, c.state_reason, c.identity_version,
       c.state = {tenant.deleted} OR {{schema_is_known}} AS schema_is_known,
       coalesce({{schema_stamp}}, 0) AS schema_stamp
  FROM unnest($1::text[]) WITH ORDINALITY AS n (schema_name, place)
  LEFT JOIN chatter.tenant c ON c.schema_name = n.schema_name
 ORDER BY n.place
