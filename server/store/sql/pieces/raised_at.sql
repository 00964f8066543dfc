-- When the room r, beside which said.sql stands, came to the front of its members' lists.
greatest(said.created_at, coalesce(r.raised_at, r.last_event_at))
