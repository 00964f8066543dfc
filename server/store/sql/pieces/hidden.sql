-- Whether the member who stands beside the room r has hidden it, and no message has come since. Most have not, and for
-- them nothing is looked up.
(hidden_at_seq IS NOT NULL AND hidden_at_seq >= (SELECT {{last_message_seq}} FROM (SELECT) here {{said}}))
