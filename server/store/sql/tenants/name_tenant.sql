-- $1 a schema's name, $2 the tenant's display name (empty: the one that it has). What the row says of the tenant then;
-- times in microseconds since 1970 (0: none).
-- Gives: display_name text, created_micros bigint, state integer, state_reason text, purge_micros bigint
UPDATE chatter.tenant
   SET display_name = coalesce(nullif($2, ''), display_name)
 WHERE schema_name = $1
RETURNING display_name, (extract(epoch FROM created_at) * 1000000)::bigint AS created_micros, state::integer,
          state_reason, coalesce((extract(epoch FROM purge_at) * 1000000)::bigint, 0) AS purge_micros
