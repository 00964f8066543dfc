// MemberService: the wire's side of rooms::Members.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_MEMBER_SERVICE_H_
#define CHATTER_SERVER_RPC_MEMBER_SERVICE_H_

#include "chatter/v1/member.grpc.pb.h"
#include "server/rooms/members.h"

namespace chatter::rpc {

class MemberService final : public v1::MemberService::CallbackService {
 public:
  explicit MemberService(rooms::Members& members) : members_(members) {}

  grpc::ServerUnaryReactor* ListMembers(grpc::CallbackServerContext* context,
                                        const v1::ListMembersRequest* request,
                                        v1::ListMembersResponse* response) override;
  grpc::ServerUnaryReactor* AddMembers(grpc::CallbackServerContext* context,
                                       const v1::AddMembersRequest* request,
                                       v1::AddMembersResponse* response) override;
  grpc::ServerUnaryReactor* RemoveMembers(grpc::CallbackServerContext* context,
                                          const v1::RemoveMembersRequest* request,
                                          v1::RemoveMembersResponse* response) override;
  grpc::ServerUnaryReactor* SetRoles(grpc::CallbackServerContext* context,
                                     const v1::SetRolesRequest* request,
                                     v1::SetRolesResponse* response) override;
  grpc::ServerUnaryReactor* JoinRoom(grpc::CallbackServerContext* context,
                                     const v1::JoinRoomRequest* request,
                                     v1::JoinRoomResponse* response) override;
  grpc::ServerUnaryReactor* LeaveRoom(grpc::CallbackServerContext* context,
                                      const v1::LeaveRoomRequest* request,
                                      v1::LeaveRoomResponse* response) override;

 private:
  rooms::Members& members_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_MEMBER_SERVICE_H_
