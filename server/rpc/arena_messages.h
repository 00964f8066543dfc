// Requests and responses in an arena of their own, for calls whose responses are made of many
// parts: these are then allocated together, and freed together when the call has ended.
//
// Thread-safe. Must outlive the server that uses it.
#ifndef CHATTER_SERVER_RPC_ARENA_MESSAGES_H_
#define CHATTER_SERVER_RPC_ARENA_MESSAGES_H_

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

namespace chatter::rpc {

template <typename Request, typename Response>
class ArenaMessages final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override { return new Holder; }

 private:
  class Holder final : public grpc::MessageHolder<Request, Response> {
   public:
    Holder() : arena_(Options()) {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override { delete this; }  // gRPC's way of saying that it is done

   private:
    // A page of 50 messages takes 20 KB: in three blocks, rather than seven.
    static google::protobuf::ArenaOptions Options() {
      google::protobuf::ArenaOptions options;
      options.start_block_size = size_t{4} << 10;
      options.max_block_size = size_t{32} << 10;
      return options;
    }

    google::protobuf::Arena arena_;
  };
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_ARENA_MESSAGES_H_
