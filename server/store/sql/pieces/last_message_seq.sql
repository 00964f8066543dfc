-- The number of the last message of the room r, beside which said.sql stands; 0: there is none.
coalesce(said.seq, r.last_message_seq, r.head_seq)
