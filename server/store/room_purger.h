// Erases what is left of deleted rooms: what their logs held.
//
// That a room is to be erased is noted in the control schema before it is deleted in the tenant's:
// a room that is there keeps what it has, and a note that is wrong for an hour is forgotten.
//
// A part of a room is one transaction, so that writers of the tenant are never held up for long,
// and a purge that was ended, in whatever way, is gone on with by the next. Several servers may
// purge at the same time. Not thread-safe; the sessions must outlive it. Blocks: never call it on a
// gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_ROOM_PURGER_H_
#define CHATTER_SERVER_STORE_ROOM_PURGER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/session_source.h"

namespace chatter::store {

class RoomPurger {
 public:
  // How many rows of each table one transaction erases.
  static constexpr int kMaxRows = 5'000;
  // How many transactions one run makes, and how many rooms it looks at.
  static constexpr int kMaxParts = 50;

  explicit RoomPurger(const SessionSource& sessions, int max_parts = kMaxParts)
      : sessions_(sessions), max_parts_(max_parts) {}

  // Goes on with the rooms that were deleted first; returns how many are done with. One that fails
  // is logged and left for later, with the others of its tenant: the runs go round through all that
  // there are.
  // Errors: SessionSource::Run's.
  absl::StatusOr<int> Run();

 private:
  struct DeletedRoom {
    std::string deleted_at = "-infinity";
    std::string tenant = {};
    std::string room_id = "00000000-0000-0000-0000-000000000000";
  };
  enum class Progress { kMoreToDo, kDone, kLeft, kFailed };

  absl::StatusOr<std::vector<DeletedRoom>> Find() const;
  Progress PurgePart(const DeletedRoom& room) const;
  static absl::StatusOr<Progress> PurgePartIn(postgres::BlockingSession& session,
                                              const DeletedRoom& room);

  const SessionSource& sessions_;
  const int max_parts_;
  DeletedRoom after_;  // where the next run begins
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_PURGER_H_
