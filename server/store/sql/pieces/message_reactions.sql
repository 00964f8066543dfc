-- Of the message e, as the user $2 sees them: how many, `+` if the user is among them or else `-`, and the reaction.
CASE WHEN s.reaction_count > 0 THEN
         array(SELECT count(*) || CASE WHEN bool_or(x.user_id = $2) THEN '+' ELSE '-' END || x.reaction
                 FROM {schema}.chatter_reaction x
                WHERE x.room_id = e.room_id AND x.seq = e.seq
                GROUP BY x.reaction
                ORDER BY min(x.created_at), x.reaction)
       END AS reactions
