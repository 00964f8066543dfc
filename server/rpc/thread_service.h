// ThreadService: the wire's side of rooms::Threads.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_THREAD_SERVICE_H_
#define CHATTER_SERVER_RPC_THREAD_SERVICE_H_

#include "chatter/v1/thread.grpc.pb.h"
#include "server/rooms/threads.h"

namespace chatter::rpc {

class ThreadService final : public v1::ThreadService::CallbackService {
 public:
  explicit ThreadService(rooms::Threads& threads) : threads_(threads) {}

  grpc::ServerUnaryReactor* ListThreads(grpc::CallbackServerContext* context,
                                        const v1::ListThreadsRequest* request,
                                        v1::ListThreadsResponse* response) override;
  grpc::ServerUnaryReactor* MarkThreadRead(grpc::CallbackServerContext* context,
                                           const v1::MarkThreadReadRequest* request,
                                           v1::MarkThreadReadResponse* response) override;
  grpc::ServerUnaryReactor* FollowThread(grpc::CallbackServerContext* context,
                                         const v1::FollowThreadRequest* request,
                                         v1::FollowThreadResponse* response) override;
  grpc::ServerUnaryReactor* UnfollowThread(grpc::CallbackServerContext* context,
                                           const v1::UnfollowThreadRequest* request,
                                           v1::UnfollowThreadResponse* response) override;

 private:
  rooms::Threads& threads_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_THREAD_SERVICE_H_
