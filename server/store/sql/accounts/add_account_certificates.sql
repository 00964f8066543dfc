-- Those of $2 that the account doesn't have yet. Fails where one is another account's.
-- Gives: nothing
INSERT INTO chatter.client_certificate (subject_name, account)
SELECT n.subject_name, $1
  FROM unnest($2::text[]) AS n (subject_name)
 WHERE NOT EXISTS (SELECT FROM chatter.client_certificate c
                    WHERE c.subject_name = n.subject_name AND c.account = $1)
