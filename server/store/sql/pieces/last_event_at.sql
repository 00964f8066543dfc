-- When the last event of the room r with its head came.
coalesce(last.created_at, r.last_event_at)
