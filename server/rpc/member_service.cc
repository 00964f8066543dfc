#include "server/rpc/member_service.h"

#include <string>
#include <utility>
#include <vector>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using Changed = rooms::RoomChanger::Changed;

grpc::ServerUnaryReactor* MemberService::ListMembers(grpc::CallbackServerContext* context,
                                                     const v1::ListMembersRequest* request,
                                                     v1::ListMembersResponse* response) {
  return RunUnary<Page<Member>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Member>> done) {
        members_.List(caller, *request, std::move(done));
      },
      [response](Page<Member> page) {
        response->mutable_members()->Reserve(static_cast<int>(page.entries.size()));
        for (const Member& member : page.entries) wire::ToProto(member, response->add_members());
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

grpc::ServerUnaryReactor* MemberService::AddMembers(grpc::CallbackServerContext* context,
                                                    const v1::AddMembersRequest* request,
                                                    v1::AddMembersResponse* response) {
  return RunUnary<Changed>(
      context,
      [&](const TenantCaller& caller, Callback<Changed> done) {
        members_.Add(caller, *request, std::move(done));
      },
      [response](const Changed& changed) {
        response->mutable_added_user_ids()->Assign(changed.added.begin(), changed.added.end());
      });
}

grpc::ServerUnaryReactor* MemberService::RemoveMembers(grpc::CallbackServerContext* context,
                                                       const v1::RemoveMembersRequest* request,
                                                       v1::RemoveMembersResponse* response) {
  return RunUnary<Changed>(
      context,
      [&](const TenantCaller& caller, Callback<Changed> done) {
        members_.Remove(caller, request->room_id(), wire::ToStrings(request->user_ids()),
                        std::move(done));
      },
      [response](const Changed& changed) {
        response->mutable_removed_user_ids()->Assign(changed.removed.begin(),
                                                     changed.removed.end());
      });
}

grpc::ServerUnaryReactor* MemberService::SetRoles(grpc::CallbackServerContext* context,
                                                  const v1::SetRolesRequest* request,
                                                  v1::SetRolesResponse* /*response*/) {
  return RunUnary<Changed>(
      context,
      [&](const TenantCaller& caller, Callback<Changed> done) {
        std::vector<std::pair<std::string, v1::MemberRole>> roles;
        for (const v1::RoleAssignment& assignment : request->roles()) {
          roles.emplace_back(assignment.user_id(), assignment.role());
        }
        members_.SetRoles(caller, request->room_id(), roles, std::move(done));
      },
      [](const Changed&) {});
}

grpc::ServerUnaryReactor* MemberService::JoinRoom(grpc::CallbackServerContext* context,
                                                  const v1::JoinRoomRequest* request,
                                                  v1::JoinRoomResponse* /*response*/) {
  return RunUnary<Changed>(
      context,
      [&](const UserCaller& caller, Callback<Changed> done) {
        members_.Join(caller, request->room_id(), std::move(done));
      },
      [](const Changed&) {});
}

grpc::ServerUnaryReactor* MemberService::LeaveRoom(grpc::CallbackServerContext* context,
                                                   const v1::LeaveRoomRequest* request,
                                                   v1::LeaveRoomResponse* /*response*/) {
  return RunUnary<Changed>(
      context,
      [&](const UserCaller& caller, Callback<Changed> done) {
        members_.Leave(caller, request->room_id(), std::move(done));
      },
      [](const Changed&) {});
}

}  // namespace chatter::rpc
