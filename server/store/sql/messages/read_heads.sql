-- Gives: id uuid, head_seq bigint
SELECT r.id, {{head_seq}} AS head_seq
  FROM {schema}.chatter_room r
  {{head}}
 WHERE r.id = ANY ($1::uuid[])
