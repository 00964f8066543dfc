-- Which schema has the name c.schema_name: another has another number. Null: none has the name.
({{schema_state}})[1]
