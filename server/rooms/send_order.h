// The order of one stream's sends into each room.
//
// A message that refers to others is stored only once these have been looked up. What was sent
// behind it waits for that, so that a room has a stream's messages in the order in which they were
// sent, whatever they hold. Thread-safe.
#ifndef CHATTER_SERVER_ROOMS_SEND_ORDER_H_
#define CHATTER_SERVER_ROOMS_SEND_ORDER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "common/mutex.h"
#include "server/model/ids.h"

namespace chatter::rooms {

class SendOrder final : public std::enable_shared_from_this<SendOrder> {
 public:
  using Step = absl::AnyInvocable<void()>;

  // A send's place among those into its room. To let go of it means that nothing comes of the send:
  // the next ones go on.
  class Place {
   public:
    Place() = default;  // in no order
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (order_ != nullptr) order_->Settle(room_, number_, nullptr);
    }

    // Runs `step` when all before it are through: at once, or later, on the thread of one of these.
    void Run(Step step) &&;

   private:
    friend class SendOrder;
    Place(std::shared_ptr<SendOrder> order, const RoomId& room, uint64_t number)
        : order_(std::move(order)), room_(room), number_(number) {}

    std::shared_ptr<SendOrder> order_;
    RoomId room_;
    uint64_t number_ = 0;
  };

  // To be called in the order of the sends.
  Place Take(const RoomId& room);
  // Whether nothing is under way in the room: then who is next needs no place.
  bool IsFree(const RoomId& room) const;

 private:
  struct Slot {
    bool settled = false;
    Step step;  // nullptr: nothing comes of it
  };
  struct Queue {
    std::deque<Slot> slots;
    uint64_t first = 0;  // the number of the first slot
    bool running = false;
  };

  void Settle(const RoomId& room, uint64_t number, Step step);
  // The next step that may be taken; nullptr: none, and nobody runs them any more.
  Step TakeNext(const RoomId& room);

  mutable Mutex mu_;
  absl::flat_hash_map<RoomId, Queue> rooms_ ABSL_GUARDED_BY(mu_);  // with something under way
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_SEND_ORDER_H_
