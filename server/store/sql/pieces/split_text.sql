-- What the words of the column `text` are: its parts, apart. PostgreSQL takes "report_final.pdf", "TCP/IP" and "-4711" for
-- one word each, so the signs in them become blanks; and as Chinese and Japanese have no blanks, and Korean few, each of
-- their characters is a word. What was one word is found as a phrase. Part of what the search indexes hold: see
-- search_vector.sql.
regexp_replace(text,
  E'[-_/.:@+&<>'',]|([\\u2e80-\\u2fdf\\u3000-\\u318f\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff'
   '\\uac00-\\ud7a3\\uf900-\\ufaff\\uff01-\\uff0f\\uff1a-\\uff20\\U00020000-\\U0003ffff])', E' \\1 ', 'g')
