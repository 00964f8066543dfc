-- Of the tenant $1, in whatever language, those of older versions included, and those that a copy of the schema has got
-- other names for: the name, and whether it can be used.
-- Gives: name text, indisvalid boolean
SELECT c.relname::text AS name, i.indisvalid
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid IN (to_regclass(quote_ident($1) || '.chatter_event'),
                      to_regclass(quote_ident($1) || '.chatter_message'))
   AND (c.relname ~ '^chatter_(event|message)_(parts|room_words|words)_'
        OR pg_get_expr(i.indexprs, i.indrelid) LIKE '%array_to_tsvector(ARRAY[%'
        OR pg_get_expr(i.indexprs, i.indrelid) LIKE '%quote_literal(%room_id%::tsvector%')
