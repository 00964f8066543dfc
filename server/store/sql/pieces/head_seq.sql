-- The number of the last event of the room r with its head, for those who don't number by it.
coalesce(last.seq, r.head_seq)
