-- Whether `details`, a chatter.v1.MessageDetails, have an attachment: its fields are gone through one by one, in the order
-- of their numbers, as far as the attachments. Each begins with a byte that tells which it is: 8 and 16 numbers of some
-- bytes, of which the last is below 128; 26 a text of up to 600 bytes, after its length; 32 a boolean; 42 an attachment.
EXISTS (WITH RECURSIVE field AS (
          SELECT 0 AS at
           UNION ALL
          SELECT at + CASE get_byte(details, at)
                        WHEN 26 THEN CASE WHEN get_byte(details, at + 1) < 128 THEN 2 + get_byte(details, at + 1)
                                          ELSE 3 + get_byte(details, at + 1) - 128 + 128 * get_byte(details, at + 2) END
                        WHEN 32 THEN 2
                        ELSE (SELECT min(i) + 1 FROM generate_series(1, least(10, octet_length(details) - at - 1)) i
                               WHERE get_byte(details, at + i) < 128) END
            FROM field
           WHERE at < octet_length(details) AND get_byte(details, at) < 42)
        SELECT FROM field WHERE at < octet_length(details) AND get_byte(details, at) = 42)
