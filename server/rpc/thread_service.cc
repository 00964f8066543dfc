#include "server/rpc/thread_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using store::ThreadStore;
using FollowedThread = ThreadStore::FollowedThread;

grpc::ServerUnaryReactor* ThreadService::ListThreads(grpc::CallbackServerContext* context,
                                                     const v1::ListThreadsRequest* request,
                                                     v1::ListThreadsResponse* response) {
  return RunUnary<Page<FollowedThread>>(
      context,
      [&](const UserCaller& caller, Callback<Page<FollowedThread>> done) {
        threads_.List(caller, *request, std::move(done));
      },
      [response](Page<FollowedThread> page) {
        for (FollowedThread& thread : page.entries) {
          v1::FollowedThread* const out = response->add_threads();
          wire::ToProto(std::move(thread.root), out->mutable_root());
          wire::ToProto(thread.last_reply_at, out->mutable_last_reply_at());
          out->set_read_seq(thread.read_seq);
          out->set_unread_count(thread.unread_count);
          out->set_unread_mention_count(thread.unread_mention_count);
        }
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

grpc::ServerUnaryReactor* ThreadService::MarkThreadRead(grpc::CallbackServerContext* context,
                                                        const v1::MarkThreadReadRequest* request,
                                                        v1::MarkThreadReadResponse* response) {
  return RunUnary<uint64_t>(
      context,
      [&](const UserCaller& caller, Callback<uint64_t> done) {
        threads_.MarkRead(caller, *request, std::move(done));
      },
      [response](uint64_t read_seq) { response->set_read_seq(read_seq); });
}

grpc::ServerUnaryReactor* ThreadService::FollowThread(grpc::CallbackServerContext* context,
                                                      const v1::FollowThreadRequest* request,
                                                      v1::FollowThreadResponse* /*response*/) {
  return RunCommand(context, [&](const UserCaller& caller, StatusCallback done) {
    threads_.Follow(caller, *request, std::move(done));
  });
}

grpc::ServerUnaryReactor* ThreadService::UnfollowThread(grpc::CallbackServerContext* context,
                                                        const v1::UnfollowThreadRequest* request,
                                                        v1::UnfollowThreadResponse* /*response*/) {
  return RunCommand(context, [&](const UserCaller& caller, StatusCallback done) {
    threads_.Unfollow(caller, *request, std::move(done));
  });
}

}  // namespace chatter::rpc
