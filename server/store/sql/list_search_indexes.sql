-- Of the tenant $1, in whatever language: the name, and whether it can be used.
SELECT c.relname, i.indisvalid
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid IN (to_regclass(quote_ident($1) || '.chatter_event'),
                      to_regclass(quote_ident($1) || '.chatter_message'))
   AND c.relname ~ '^chatter_(event|message)_words_'
