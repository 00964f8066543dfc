// Chatter's calls, one method each, for one caller in one tenant.
//
// Thread-safe. Each call blocks until answered or until `ClientOptions::timeout` has passed. Errors
// are the server's, with their details (errors.h). For the stream of events see chat_stream.h.
#ifndef CHATTER_CLIENT_CLIENT_H_
#define CHATTER_CLIENT_CLIENT_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "chatter/client/options.h"
#include "chatter/v1/chat.grpc.pb.h"
#include "chatter/v1/member.grpc.pb.h"
#include "chatter/v1/message.grpc.pb.h"
#include "chatter/v1/preference.grpc.pb.h"
#include "chatter/v1/presence.grpc.pb.h"
#include "chatter/v1/read_state.grpc.pb.h"
#include "chatter/v1/room.grpc.pb.h"
#include "chatter/v1/search.grpc.pb.h"
#include "chatter/v1/service_account.grpc.pb.h"
#include "chatter/v1/session.grpc.pb.h"
#include "chatter/v1/settings.grpc.pb.h"
#include "chatter/v1/tenant.grpc.pb.h"
#include "chatter/v1/thread.grpc.pb.h"
#include "chatter/v1/token_issuer.grpc.pb.h"
#include "chatter/v1/user.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace chatter::client {

class Client {
 public:
  // Doesn't connect yet.
  // Errors: INVALID_ARGUMENT.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);

  absl::StatusOr<v1::SendMessageResponse> SendMessage(const v1::SendMessageRequest& request);
  absl::StatusOr<v1::SendTypingResponse> SendTyping(const v1::SendTypingRequest& request);
  absl::StatusOr<v1::GetMessageResponse> GetMessage(const v1::GetMessageRequest& request);
  absl::StatusOr<v1::ListMessagesResponse> ListMessages(const v1::ListMessagesRequest& request);
  absl::StatusOr<v1::BatchGetMessagesResponse> BatchGetMessages(
      const v1::BatchGetMessagesRequest& request);

  absl::StatusOr<v1::CreateRoomResponse> CreateRoom(const v1::CreateRoomRequest& request);
  absl::StatusOr<v1::GetRoomResponse> GetRoom(const v1::GetRoomRequest& request);
  absl::StatusOr<v1::ListRoomsResponse> ListRooms(const v1::ListRoomsRequest& request);
  absl::StatusOr<v1::BrowseRoomsResponse> BrowseRooms(const v1::BrowseRoomsRequest& request);
  absl::StatusOr<v1::UpdateRoomResponse> UpdateRoom(const v1::UpdateRoomRequest& request);
  absl::StatusOr<v1::ArchiveRoomResponse> ArchiveRoom(const v1::ArchiveRoomRequest& request);
  absl::StatusOr<v1::UnarchiveRoomResponse> UnarchiveRoom(const v1::UnarchiveRoomRequest& request);
  absl::StatusOr<v1::DeleteRoomResponse> DeleteRoom(const v1::DeleteRoomRequest& request);

  absl::StatusOr<v1::ListMembersResponse> ListMembers(const v1::ListMembersRequest& request);
  absl::StatusOr<v1::AddMembersResponse> AddMembers(const v1::AddMembersRequest& request);
  absl::StatusOr<v1::RemoveMembersResponse> RemoveMembers(const v1::RemoveMembersRequest& request);
  absl::StatusOr<v1::SetRolesResponse> SetRoles(const v1::SetRolesRequest& request);
  absl::StatusOr<v1::JoinRoomResponse> JoinRoom(const v1::JoinRoomRequest& request);
  absl::StatusOr<v1::LeaveRoomResponse> LeaveRoom(const v1::LeaveRoomRequest& request);

  absl::StatusOr<v1::ListPinnedMessagesResponse> ListPinnedMessages(
      const v1::ListPinnedMessagesRequest& request);
  absl::StatusOr<v1::EditMessageResponse> EditMessage(const v1::EditMessageRequest& request);
  absl::StatusOr<v1::DeleteMessageResponse> DeleteMessage(const v1::DeleteMessageRequest& request);
  absl::StatusOr<v1::ListEditsResponse> ListEdits(const v1::ListEditsRequest& request);
  absl::StatusOr<v1::AddReactionResponse> AddReaction(const v1::AddReactionRequest& request);
  absl::StatusOr<v1::RemoveReactionResponse> RemoveReaction(
      const v1::RemoveReactionRequest& request);
  absl::StatusOr<v1::ListReactionsResponse> ListReactions(const v1::ListReactionsRequest& request);
  absl::StatusOr<v1::PinMessageResponse> PinMessage(const v1::PinMessageRequest& request);
  absl::StatusOr<v1::UnpinMessageResponse> UnpinMessage(const v1::UnpinMessageRequest& request);

  absl::StatusOr<v1::MarkReadResponse> MarkRead(const v1::MarkReadRequest& request);
  absl::StatusOr<v1::MarkDeliveredResponse> MarkDelivered(const v1::MarkDeliveredRequest& request);
  absl::StatusOr<v1::MarkUnreadResponse> MarkUnread(const v1::MarkUnreadRequest& request);
  absl::StatusOr<v1::CountUnreadResponse> CountUnread(const v1::CountUnreadRequest& request);

  absl::StatusOr<v1::ListThreadsResponse> ListThreads(const v1::ListThreadsRequest& request);
  absl::StatusOr<v1::MarkThreadReadResponse> MarkThreadRead(
      const v1::MarkThreadReadRequest& request);
  absl::StatusOr<v1::FollowThreadResponse> FollowThread(const v1::FollowThreadRequest& request);
  absl::StatusOr<v1::UnfollowThreadResponse> UnfollowThread(
      const v1::UnfollowThreadRequest& request);

  absl::StatusOr<v1::GetPreferencesResponse> GetPreferences(
      const v1::GetPreferencesRequest& request);
  absl::StatusOr<v1::UpdatePreferencesResponse> UpdatePreferences(
      const v1::UpdatePreferencesRequest& request);
  absl::StatusOr<v1::UpdateRoomPreferencesResponse> UpdateRoomPreferences(
      const v1::UpdateRoomPreferencesRequest& request);
  absl::StatusOr<v1::ListRecipientsResponse> ListRecipients(
      const v1::ListRecipientsRequest& request);
  absl::StatusOr<v1::GetPresenceResponse> GetPresence(const v1::GetPresenceRequest& request);
  absl::StatusOr<v1::SearchMessagesResponse> SearchMessages(
      const v1::SearchMessagesRequest& request);

  absl::StatusOr<v1::UpsertUsersResponse> UpsertUsers(const v1::UpsertUsersRequest& request);
  absl::StatusOr<v1::GetUserResponse> GetUser(const v1::GetUserRequest& request);
  absl::StatusOr<v1::BatchGetUsersResponse> BatchGetUsers(const v1::BatchGetUsersRequest& request);
  absl::StatusOr<v1::ListUsersResponse> ListUsers(const v1::ListUsersRequest& request);
  absl::StatusOr<v1::DeactivateUserResponse> DeactivateUser(
      const v1::DeactivateUserRequest& request);
  absl::StatusOr<v1::ReactivateUserResponse> ReactivateUser(
      const v1::ReactivateUserRequest& request);

  absl::StatusOr<v1::CreateTenantResponse> CreateTenant(const v1::CreateTenantRequest& request);
  absl::StatusOr<v1::GetTenantResponse> GetTenant(const v1::GetTenantRequest& request);
  absl::StatusOr<v1::AttachTenantResponse> AttachTenant(const v1::AttachTenantRequest& request);
  absl::StatusOr<v1::UpdateTenantResponse> UpdateTenant(const v1::UpdateTenantRequest& request);
  absl::StatusOr<v1::RenameDomainResponse> RenameDomain(const v1::RenameDomainRequest& request);
  absl::StatusOr<v1::SuspendTenantResponse> SuspendTenant(const v1::SuspendTenantRequest& request);
  absl::StatusOr<v1::ResumeTenantResponse> ResumeTenant(const v1::ResumeTenantRequest& request);
  absl::StatusOr<v1::DeleteTenantResponse> DeleteTenant(const v1::DeleteTenantRequest& request);
  absl::StatusOr<v1::UndeleteTenantResponse> UndeleteTenant(
      const v1::UndeleteTenantRequest& request);
  absl::StatusOr<v1::BeginEpochResponse> BeginEpoch(const v1::BeginEpochRequest& request);
  // Hands each page over as it comes, until `take` fails; then that is the result. Takes as long as
  // it takes: no timeout ends it.
  absl::Status ExportTenant(
      const v1::ExportTenantRequest& request,
      const std::function<absl::Status(const v1::ExportTenantResponse&)>& take);
  absl::StatusOr<v1::ListTenantsResponse> ListTenants(const v1::ListTenantsRequest& request);

  absl::StatusOr<v1::CreateSessionResponse> CreateSession(const v1::CreateSessionRequest& request);
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(const v1::ListSessionsRequest& request);
  absl::StatusOr<v1::RevokeSessionResponse> RevokeSession(const v1::RevokeSessionRequest& request);
  absl::StatusOr<v1::RevokeSessionsResponse> RevokeSessions(
      const v1::RevokeSessionsRequest& request);

  absl::StatusOr<v1::SetServiceAccountResponse> SetServiceAccount(
      const v1::SetServiceAccountRequest& request);
  absl::StatusOr<v1::ListServiceAccountsResponse> ListServiceAccounts(
      const v1::ListServiceAccountsRequest& request);
  absl::StatusOr<v1::DeleteServiceAccountResponse> DeleteServiceAccount(
      const v1::DeleteServiceAccountRequest& request);
  absl::StatusOr<v1::CreateApiKeyResponse> CreateApiKey(const v1::CreateApiKeyRequest& request);
  absl::StatusOr<v1::ListApiKeysResponse> ListApiKeys(const v1::ListApiKeysRequest& request);
  absl::StatusOr<v1::RevokeApiKeyResponse> RevokeApiKey(const v1::RevokeApiKeyRequest& request);

  absl::StatusOr<v1::SetTokenIssuerResponse> SetTokenIssuer(
      const v1::SetTokenIssuerRequest& request);
  absl::StatusOr<v1::ListTokenIssuersResponse> ListTokenIssuers(
      const v1::ListTokenIssuersRequest& request);
  absl::StatusOr<v1::DeleteTokenIssuerResponse> DeleteTokenIssuer(
      const v1::DeleteTokenIssuerRequest& request);

  absl::StatusOr<v1::GetSettingsResponse> GetSettings(const v1::GetSettingsRequest& request);
  absl::StatusOr<v1::UpdateSettingsResponse> UpdateSettings(
      const v1::UpdateSettingsRequest& request);

  // Of the whole server, without tenant or token.
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth();

 private:
  Client(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options);

  absl::Status FailureOf(const grpc::Status& status) const;
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, const ClientOptions& caller);

  const ClientOptions options_;
  const std::unique_ptr<v1::ChatService::Stub> chat_;
  const std::unique_ptr<v1::RoomService::Stub> rooms_;
  const std::unique_ptr<v1::MessageService::Stub> messages_;
  const std::unique_ptr<v1::ReadStateService::Stub> read_states_;
  const std::unique_ptr<v1::ThreadService::Stub> threads_;
  const std::unique_ptr<v1::PreferenceService::Stub> preferences_;
  const std::unique_ptr<v1::PresenceService::Stub> presence_;
  const std::unique_ptr<v1::SearchService::Stub> search_;
  const std::unique_ptr<v1::MemberService::Stub> members_;
  const std::unique_ptr<v1::UserService::Stub> users_;
  const std::unique_ptr<v1::TenantService::Stub> tenants_;
  const std::unique_ptr<v1::SessionService::Stub> sessions_;
  const std::unique_ptr<v1::TokenIssuerService::Stub> token_issuers_;
  const std::unique_ptr<v1::ServiceAccountService::Stub> service_accounts_;
  const std::unique_ptr<v1::SettingsService::Stub> settings_;
  const std::unique_ptr<grpc::health::v1::Health::Stub> health_;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_CLIENT_H_
