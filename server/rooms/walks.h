// Reads that go through all rooms of a user, as CountUnread and the opening of a stream: of members
// of thousands of rooms they take PostgreSQL tens of milliseconds each.
//
// A turnstile for them lets one of each user through at a time, and some in all, so that neither a
// user who asks often nor many who do take all connections for queries.
#ifndef CHATTER_SERVER_ROOMS_WALKS_H_
#define CHATTER_SERVER_ROOMS_WALKS_H_

#include <string>

#include "absl/status/status.h"
#include "server/base/turnstile.h"
#include "server/model/ids.h"

namespace chatter::rooms {

inline constexpr Turnstile::Options kWalkOptions = {.max_running = 8,
                                                    .max_running_of_group = 1,
                                                    .max_waiting = 10'000,
                                                    .max_waiting_of_group = 200};

// A user's walks are one group.
std::string WalkGroup(const UserKey& user);

// RESOURCE_EXHAUSTED (OVERLOADED), with RetryInfo: too many wait already.
absl::Status TooManyWalksError();

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_WALKS_H_
