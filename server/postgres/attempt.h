// What tells a transaction that is run again after a lost connection that it has been run before.
//
// Pure functions.
#ifndef CHATTER_SERVER_POSTGRES_ATTEMPT_H_
#define CHATTER_SERVER_POSTGRES_ATTEMPT_H_

#include <string>

namespace chatter::postgres {

// An id that the transaction stores with the last event that it appends, as that event's
// client_message_id, and looks for first: what it finds, it has stored itself, and answers as it
// did then. Unique, and nothing that a client may choose.
std::string NewAttemptId();

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_ATTEMPT_H_
