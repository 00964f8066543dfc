// Threads that users follow: bounds, and who may.
//
// Thread-safe. The store and the turnstile must outlive it. Callbacks run on the calling thread or
// on the database's thread.
#ifndef CHATTER_SERVER_ROOMS_THREADS_H_
#define CHATTER_SERVER_ROOMS_THREADS_H_

#include <cstdint>

#include "chatter/v1/thread.pb.h"
#include "server/base/callback.h"
#include "server/base/turnstile.h"
#include "server/model/caller.h"
#include "server/model/pager.h"
#include "server/store/thread_store.h"

namespace chatter::rooms {

class Threads {
 public:
  // `walks`: for lists, which look at all threads of a user.
  Threads(store::ThreadStore& store, Turnstile& walks) : store_(store), walks_(walks) {}

  // The errors of each are those that thread.proto names.
  void List(const UserCaller& caller, const v1::ListThreadsRequest& request,
            Callback<Page<store::ThreadStore::FollowedThread>> done);
  // Returns where the mark is now; 0: the caller doesn't follow the thread.
  void MarkRead(const UserCaller& caller, const v1::MarkThreadReadRequest& request,
                Callback<uint64_t> done);
  void Follow(const UserCaller& caller, const v1::FollowThreadRequest& request,
              StatusCallback done);
  void Unfollow(const UserCaller& caller, const v1::UnfollowThreadRequest& request,
                StatusCallback done);

 private:
  store::ThreadStore& store_;
  Turnstile& walks_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_THREADS_H_
