-- A server of the release before this one deletes the text of a message, and knows nothing of details.
CASE WHEN kind <> {event.message_sent} OR text IS NOT NULL THEN details END AS details
