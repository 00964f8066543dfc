// Which life of a tenant's logs the numbers of their events belong to.
//
// Numbers count upwards for as long as the logs only grow. Where the database has gone back (a
// fail-over that lost commits, a restore), the same numbers come again for other events: the logs
// have begun another epoch, and what was remembered of an earlier one proves nothing.
#ifndef CHATTER_SERVER_MODEL_EPOCH_H_
#define CHATTER_SERVER_MODEL_EPOCH_H_

#include <cstddef>
#include <string>

namespace chatter {

// Opaque, and never as another before. Empty: not known, as on a standby.
using Epoch = std::string;

// What clients may give; ours have 12.
inline constexpr size_t kMaxEpochBytes = 64;

// Whether the two are known to differ.
inline bool Differ(const Epoch& a, const Epoch& b) { return !a.empty() && !b.empty() && a != b; }

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_EPOCH_H_
