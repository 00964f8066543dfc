-- The first event of the room $1 that the member $2 (null: a service) may read; null: the member isn't in it.
(SELECT reader.first_seq {{reader}})
