-- split_text.sql without accents (all that Unicode can take apart, and the vowels of Arabic and Hebrew) and without what
-- only says where a word may be broken, with plain letters for some that can't be taken apart. Case stays as it is. Of
-- ASCII, which most texts are, nothing is to be done. Part of what the search indexes hold: see search_vector.sql.
CASE WHEN octet_length(text) = length(text) THEN {{split_text}} ELSE
  replace(replace(replace(replace(replace(replace(translate(
    regexp_replace(normalize({{split_text}}, NFKD),
                   E'[\\u0300-\\u036f\\u0591-\\u05bd\\u05bf-\\u05c7\\u0640\\u064b-\\u065f\\u0670'
                    '\\u00ad\\u200b-\\u200d\\u2060\\ufeff]', '', 'g'),
    'øØłŁđĐıς', 'oOlLdDiσ'), 'ß', 'ss'), 'ẞ', 'SS'), 'æ', 'ae'), 'Æ', 'AE'), 'œ', 'oe'), 'Œ', 'OE')
END
