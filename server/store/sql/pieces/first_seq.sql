-- Where a member's history begins: the first event that the member who stands beside a room in FROM may read; without a
-- member, a service. The columns have no table's name in front, so that the two may be called as each statement likes.
CASE WHEN history = {history.since_joined} THEN coalesce(joined_seq, 1) ELSE 1 END
