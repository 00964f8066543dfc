// A bus that connects the nodes of a test and keeps no promise but those of bus.h: by a seed it
// loses, doubles, delays and reorders what they tell each other, and brings nothing that a node
// doesn't follow. All of it goes as bytes.
//
// Thread-safe. What is published by several threads at once meets its fate in no certain order.
#ifndef CHATTER_TESTS_SUPPORT_FAULTY_BUS_H_
#define CHATTER_TESTS_SUPPORT_FAULTY_BUS_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/bus/bus.h"
#include "server/bus/codec.h"

namespace chatter::test {

class FaultyBus {
 public:
  explicit FaultyBus(uint64_t seed) : random_(seed) {}

  // One node's end.
  class End final : public bus::Bus {
   public:
    explicit End(FaultyBus& all) : all_(all) {}
    // REQUIRES: called once, before anybody publishes.
    void Listen(bus::Listener listener) { listener_ = std::move(listener); }

    void Publish(bus::Message message) override {
      const auto bytes = std::make_shared<const std::string>(bus::Encode(message).value());
      const auto concerned = [&](const End& end) { return end.Wants(message); };
      std::vector<Held> due = all_.Spread(bytes, concerned);
      listener_(std::move(message));
      Deliver(due);
    }
    void Follow(const RoomKey& room) override { Count(rooms_, room, 1); }
    void Unfollow(const RoomKey& room) override { Count(rooms_, room, -1); }
    void Follow(const UserKey& user) override { Count(users_, user, 1); }
    void Unfollow(const UserKey& user) override { Count(users_, user, -1); }

   private:
    friend class FaultyBus;
    template <typename Key>
    using Counts = absl::flat_hash_map<Key, int>;

    template <typename Key>
    void Count(Counts<Key>& counts, const Key& key, int by) {
      MutexLock lock(all_.mu_);
      if ((counts[key] += by) == 0) counts.erase(key);
    }
    // REQUIRES: the lock.
    bool Wants(const bus::Message& message) const {
      if (const auto* commit = std::get_if<bus::Commit>(&message)) {
        return std::any_of(commit->begin(), commit->end(), [this](const CommittedEvents& events) {
          return rooms_.contains(events.room);
        });
      }
      if (const auto* notice = std::get_if<bus::Notice>(&message)) {
        return rooms_.contains(notice->room);
      }
      if (const auto* notice = std::get_if<bus::UserNotice>(&message)) {
        return users_.contains(notice->user);
      }
      if (const auto* joined = std::get_if<bus::RoomJoined>(&message)) {
        return std::any_of(joined->user_ids.begin(), joined->user_ids.end(),
                           [&](const std::string& id) {
                             return users_.contains(UserKey{joined->tenant, id});
                           });
      }
      return true;
    }

    FaultyBus& all_;
    bus::Listener listener_;
    Counts<RoomKey> rooms_;
    Counts<UserKey> users_;
  };

  // REQUIRES: nobody publishes yet.
  End& AddNode() {
    nodes_.push_back(std::make_unique<End>(*this));
    return *nodes_.back();
  }

  // Brings what is still delayed.
  void DeliverAll() {
    std::vector<Held> due;
    {
      MutexLock lock(mu_);
      std::shuffle(held_.begin(), held_.end(), random_);
      due.swap(held_);
    }
    Deliver(due);
  }

 private:
  // A message on its way to a node.
  struct Held {
    End* to;
    std::shared_ptr<const std::string> bytes;
  };

  template <typename Concerned>
  std::vector<Held> Spread(const std::shared_ptr<const std::string>& bytes, Concerned concerned) {
    MutexLock lock(mu_);
    for (const auto& node : nodes_) {
      if (!concerned(*node)) continue;
      for (int copies = kCopies[random_() % std::size(kCopies)]; copies > 0; --copies) {
        held_.push_back({node.get(), bytes});
      }
    }
    std::vector<Held> due;
    while (!held_.empty() && random_() % 3 != 0) {
      std::swap(held_[random_() % held_.size()], held_.back());
      due.push_back(std::move(held_.back()));
      held_.pop_back();
    }
    return due;
  }

  static void Deliver(const std::vector<Held>& due) {
    for (const auto& [to, bytes] : due) to->listener_(bus::Decode(*bytes).value());
  }

  // How many of a message reach a node: by chance.
  static constexpr int kCopies[] = {0, 0, 1, 1, 1, 2};

  std::vector<std::unique_ptr<End>> nodes_;
  Mutex mu_;  // guards the rest, and what the ends follow
  std::mt19937_64 random_;
  std::vector<Held> held_;
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_FAULTY_BUS_H_
