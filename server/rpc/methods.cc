#include "server/rpc/methods.h"

namespace chatter::rpc {

using interceptors::MethodPolicies;

const MethodPolicies& Methods() {
  using enum Access;
  using enum Callers;
  static const auto* const methods = new MethodPolicies({
      {"/chatter.v1.ChatService/Chat", {kUser, kChanges}},
      {"/chatter.v1.ChatService/GetMessage", {kUserOrService, kReads}},
      {"/chatter.v1.ChatService/ListMessages", {kUserOrService, kReads}},
      {"/chatter.v1.ChatService/ListPinnedMessages", {kUserOrService, kReads}},
      {"/chatter.v1.ChatService/SendMessage", {kUser, kChanges}},
      {"/chatter.v1.ChatService/SendTyping", {kUser, kChanges}},
      {"/chatter.v1.ChatService/Subscribe", {kUser, kReads}},
      {"/chatter.v1.MemberService/AddMembers", {kUserOrService, kChanges}},
      {"/chatter.v1.MemberService/JoinRoom", {kUser, kChanges}},
      {"/chatter.v1.MemberService/LeaveRoom", {kUser, kChanges}},
      {"/chatter.v1.MemberService/ListMembers", {kUserOrService, kReads}},
      {"/chatter.v1.MemberService/RemoveMembers", {kUserOrService, kChanges}},
      {"/chatter.v1.MemberService/SetRoles", {kUserOrService, kChanges}},
      {"/chatter.v1.MessageService/AddReaction", {kUser, kChanges}},
      {"/chatter.v1.MessageService/DeleteMessage", {kUserOrService, kChanges}},
      {"/chatter.v1.MessageService/EditMessage", {kUserOrService, kChanges}},
      {"/chatter.v1.MessageService/ListReactions", {kUserOrService, kReads}},
      {"/chatter.v1.MessageService/PinMessage", {kUserOrService, kChanges}},
      {"/chatter.v1.MessageService/RemoveReaction", {kUser, kChanges}},
      {"/chatter.v1.MessageService/UnpinMessage", {kUserOrService, kChanges}},
      {"/chatter.v1.ReadStateService/CountUnread", {kUser, kReads}},
      {"/chatter.v1.ReadStateService/MarkDelivered", {kUser, kChanges}},
      {"/chatter.v1.ReadStateService/MarkRead", {kUser, kChanges}},
      {"/chatter.v1.ReadStateService/MarkUnread", {kUser, kChanges}},
      {"/chatter.v1.RoomService/ArchiveRoom", {kUserOrService, kChanges}},
      {"/chatter.v1.RoomService/BrowseRooms", {kUserOrService, kReads}},
      {"/chatter.v1.RoomService/CreateRoom", {kUserOrService, kChanges}},
      {"/chatter.v1.RoomService/GetRoom", {kUserOrService, kReads}},
      {"/chatter.v1.RoomService/ListRooms", {kUser, kReads}},
      {"/chatter.v1.RoomService/UnarchiveRoom", {kUserOrService, kChanges}},
      {"/chatter.v1.RoomService/UpdateRoom", {kUserOrService, kChanges}},
      {"/chatter.v1.ServiceAccountService/CreateApiKey", {kAdministrator, kChanges}},
      {"/chatter.v1.ServiceAccountService/DeleteServiceAccount", {kAdministrator, kChanges}},
      {"/chatter.v1.ServiceAccountService/ListApiKeys", {kAdministrator, kReads}},
      {"/chatter.v1.ServiceAccountService/ListServiceAccounts", {kAdministrator, kReads}},
      {"/chatter.v1.ServiceAccountService/RevokeApiKey", {kAdministrator, kChanges}},
      {"/chatter.v1.ServiceAccountService/SetServiceAccount", {kAdministrator, kChanges}},
      {"/chatter.v1.SessionService/CreateSession", {kService, kChanges}},
      {"/chatter.v1.SessionService/ListSessions", {kUserOrService, kReads}},
      {"/chatter.v1.SessionService/RevokeSession", {kUserOrService, kChanges}},
      {"/chatter.v1.SessionService/RevokeSessions", {kUserOrService, kChanges}},
      {"/chatter.v1.TenantService/AttachTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/CreateTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/DeleteTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/ExportTenant", {kAdministrator, kReads}},
      {"/chatter.v1.TenantService/GetTenant", {kAdministrator, kReads}},
      {"/chatter.v1.TenantService/ListTenants", {kAdministrator, kReads}},
      {"/chatter.v1.TenantService/RenameDomain", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/ResumeTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/SuspendTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/UndeleteTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TenantService/UpdateTenant", {kAdministrator, kChanges}},
      {"/chatter.v1.TokenIssuerService/DeleteTokenIssuer", {kAdministrator, kChanges}},
      {"/chatter.v1.TokenIssuerService/ListTokenIssuers", {kAdministrator, kReads}},
      {"/chatter.v1.TokenIssuerService/SetTokenIssuer", {kAdministrator, kChanges}},
      {"/chatter.v1.UserService/DeactivateUser", {kService, kChanges}},
      {"/chatter.v1.UserService/GetUser", {kUserOrService, kReads}},
      {"/chatter.v1.UserService/ListUsers", {kUserOrService, kReads}},
      {"/chatter.v1.UserService/ReactivateUser", {kService, kChanges}},
      {"/chatter.v1.UserService/UpsertUsers", {kService, kChanges}},
  });
  return *methods;
}

}  // namespace chatter::rpc
