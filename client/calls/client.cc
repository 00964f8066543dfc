#include "chatter/client/client.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "chatter/client/errors.h"
#include "client/calls/channel.h"

namespace chatter::client {

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  auto channel = MakeChannel(options);
  if (!channel.ok()) return channel.status();
  return std::unique_ptr<Client>(new Client(*std::move(channel), std::move(options)));
}

Client::Client(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
    : options_(std::move(options)),
      chat_(v1::ChatService::NewStub(channel)),
      rooms_(v1::RoomService::NewStub(channel)),
      messages_(v1::MessageService::NewStub(channel)),
      read_states_(v1::ReadStateService::NewStub(channel)),
      threads_(v1::ThreadService::NewStub(channel)),
      preferences_(v1::PreferenceService::NewStub(channel)),
      presence_(v1::PresenceService::NewStub(channel)),
      search_(v1::SearchService::NewStub(channel)),
      members_(v1::MemberService::NewStub(channel)),
      users_(v1::UserService::NewStub(channel)),
      tenants_(v1::TenantService::NewStub(channel)),
      sessions_(v1::SessionService::NewStub(channel)),
      token_issuers_(v1::TokenIssuerService::NewStub(channel)),
      service_accounts_(v1::ServiceAccountService::NewStub(channel)),
      settings_(v1::SettingsService::NewStub(channel)),
      health_(grpc::health::v1::Health::NewStub(channel)) {}

absl::Status Client::FailureOf(const grpc::Status& status) const {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && status.error_details().empty()) {
    // Chatter's own errors have details: this one is gRPC's.
    return absl::UnavailableError(absl::StrCat("no server can be reached at ", options_.address,
                                               ": ", status.error_message()));
  }
  return ToAbslStatus(status);
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Client::Call(Stub& stub,
                                      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                      const Request& request, const ClientOptions& caller) {
  grpc::ClientContext context;
  AddMetadata(caller, context);
  context.set_deadline(
      gpr_time_from_nanos(absl::ToInt64Nanoseconds(options_.timeout), GPR_TIMESPAN));
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (status.ok()) return response;
  return FailureOf(status);
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> Client::CheckHealth() {
  return Call(*health_, &grpc::health::v1::Health::Stub::Check, {}, ClientOptions());
}

absl::StatusOr<v1::SendMessageResponse> Client::SendMessage(const v1::SendMessageRequest& request) {
  return Call(*chat_, &v1::ChatService::Stub::SendMessage, request, options_);
}

absl::StatusOr<v1::SendTypingResponse> Client::SendTyping(const v1::SendTypingRequest& request) {
  return Call(*chat_, &v1::ChatService::Stub::SendTyping, request, options_);
}

absl::StatusOr<v1::GetMessageResponse> Client::GetMessage(const v1::GetMessageRequest& request) {
  return Call(*chat_, &v1::ChatService::Stub::GetMessage, request, options_);
}

absl::StatusOr<v1::ListMessagesResponse> Client::ListMessages(
    const v1::ListMessagesRequest& request) {
  return Call(*chat_, &v1::ChatService::Stub::ListMessages, request, options_);
}

absl::StatusOr<v1::CreateRoomResponse> Client::CreateRoom(const v1::CreateRoomRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::CreateRoom, request, options_);
}

absl::StatusOr<v1::GetRoomResponse> Client::GetRoom(const v1::GetRoomRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::GetRoom, request, options_);
}

absl::StatusOr<v1::ListRoomsResponse> Client::ListRooms(const v1::ListRoomsRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::ListRooms, request, options_);
}

absl::StatusOr<v1::BatchGetMessagesResponse> Client::BatchGetMessages(
    const v1::BatchGetMessagesRequest& request) {
  return Call(*chat_, &v1::ChatService::Stub::BatchGetMessages, request, options_);
}

absl::StatusOr<v1::ListPinnedMessagesResponse> Client::ListPinnedMessages(
    const v1::ListPinnedMessagesRequest& request) {
  return Call(*chat_, &v1::ChatService::Stub::ListPinnedMessages, request, options_);
}

absl::StatusOr<v1::EditMessageResponse> Client::EditMessage(const v1::EditMessageRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::EditMessage, request, options_);
}

absl::StatusOr<v1::DeleteMessageResponse> Client::DeleteMessage(
    const v1::DeleteMessageRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::DeleteMessage, request, options_);
}

absl::StatusOr<v1::ListEditsResponse> Client::ListEdits(const v1::ListEditsRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::ListEdits, request, options_);
}

absl::StatusOr<v1::AddReactionResponse> Client::AddReaction(const v1::AddReactionRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::AddReaction, request, options_);
}

absl::StatusOr<v1::RemoveReactionResponse> Client::RemoveReaction(
    const v1::RemoveReactionRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::RemoveReaction, request, options_);
}

absl::StatusOr<v1::ListReactionsResponse> Client::ListReactions(
    const v1::ListReactionsRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::ListReactions, request, options_);
}

absl::StatusOr<v1::PinMessageResponse> Client::PinMessage(const v1::PinMessageRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::PinMessage, request, options_);
}

absl::StatusOr<v1::UnpinMessageResponse> Client::UnpinMessage(
    const v1::UnpinMessageRequest& request) {
  return Call(*messages_, &v1::MessageService::Stub::UnpinMessage, request, options_);
}

absl::StatusOr<v1::MarkReadResponse> Client::MarkRead(const v1::MarkReadRequest& request) {
  return Call(*read_states_, &v1::ReadStateService::Stub::MarkRead, request, options_);
}

absl::StatusOr<v1::MarkDeliveredResponse> Client::MarkDelivered(
    const v1::MarkDeliveredRequest& request) {
  return Call(*read_states_, &v1::ReadStateService::Stub::MarkDelivered, request, options_);
}

absl::StatusOr<v1::MarkUnreadResponse> Client::MarkUnread(const v1::MarkUnreadRequest& request) {
  return Call(*read_states_, &v1::ReadStateService::Stub::MarkUnread, request, options_);
}

absl::StatusOr<v1::CountUnreadResponse> Client::CountUnread(const v1::CountUnreadRequest& request) {
  return Call(*read_states_, &v1::ReadStateService::Stub::CountUnread, request, options_);
}

absl::StatusOr<v1::ListThreadsResponse> Client::ListThreads(const v1::ListThreadsRequest& request) {
  return Call(*threads_, &v1::ThreadService::Stub::ListThreads, request, options_);
}

absl::StatusOr<v1::MarkThreadReadResponse> Client::MarkThreadRead(
    const v1::MarkThreadReadRequest& request) {
  return Call(*threads_, &v1::ThreadService::Stub::MarkThreadRead, request, options_);
}

absl::StatusOr<v1::FollowThreadResponse> Client::FollowThread(
    const v1::FollowThreadRequest& request) {
  return Call(*threads_, &v1::ThreadService::Stub::FollowThread, request, options_);
}

absl::StatusOr<v1::UnfollowThreadResponse> Client::UnfollowThread(
    const v1::UnfollowThreadRequest& request) {
  return Call(*threads_, &v1::ThreadService::Stub::UnfollowThread, request, options_);
}

absl::StatusOr<v1::GetPreferencesResponse> Client::GetPreferences(
    const v1::GetPreferencesRequest& request) {
  return Call(*preferences_, &v1::PreferenceService::Stub::GetPreferences, request, options_);
}

absl::StatusOr<v1::UpdatePreferencesResponse> Client::UpdatePreferences(
    const v1::UpdatePreferencesRequest& request) {
  return Call(*preferences_, &v1::PreferenceService::Stub::UpdatePreferences, request, options_);
}

absl::StatusOr<v1::UpdateRoomPreferencesResponse> Client::UpdateRoomPreferences(
    const v1::UpdateRoomPreferencesRequest& request) {
  return Call(*preferences_, &v1::PreferenceService::Stub::UpdateRoomPreferences, request,
              options_);
}

absl::StatusOr<v1::ListRecipientsResponse> Client::ListRecipients(
    const v1::ListRecipientsRequest& request) {
  return Call(*preferences_, &v1::PreferenceService::Stub::ListRecipients, request, options_);
}

absl::StatusOr<v1::BrowseRoomsResponse> Client::BrowseRooms(const v1::BrowseRoomsRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::BrowseRooms, request, options_);
}

absl::StatusOr<v1::UpdateRoomResponse> Client::UpdateRoom(const v1::UpdateRoomRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::UpdateRoom, request, options_);
}

absl::StatusOr<v1::ArchiveRoomResponse> Client::ArchiveRoom(const v1::ArchiveRoomRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::ArchiveRoom, request, options_);
}

absl::StatusOr<v1::UnarchiveRoomResponse> Client::UnarchiveRoom(
    const v1::UnarchiveRoomRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::UnarchiveRoom, request, options_);
}

absl::StatusOr<v1::DeleteRoomResponse> Client::DeleteRoom(const v1::DeleteRoomRequest& request) {
  return Call(*rooms_, &v1::RoomService::Stub::DeleteRoom, request, options_);
}

absl::StatusOr<v1::ListMembersResponse> Client::ListMembers(const v1::ListMembersRequest& request) {
  return Call(*members_, &v1::MemberService::Stub::ListMembers, request, options_);
}

absl::StatusOr<v1::AddMembersResponse> Client::AddMembers(const v1::AddMembersRequest& request) {
  return Call(*members_, &v1::MemberService::Stub::AddMembers, request, options_);
}

absl::StatusOr<v1::RemoveMembersResponse> Client::RemoveMembers(
    const v1::RemoveMembersRequest& request) {
  return Call(*members_, &v1::MemberService::Stub::RemoveMembers, request, options_);
}

absl::StatusOr<v1::SetRolesResponse> Client::SetRoles(const v1::SetRolesRequest& request) {
  return Call(*members_, &v1::MemberService::Stub::SetRoles, request, options_);
}

absl::StatusOr<v1::JoinRoomResponse> Client::JoinRoom(const v1::JoinRoomRequest& request) {
  return Call(*members_, &v1::MemberService::Stub::JoinRoom, request, options_);
}

absl::StatusOr<v1::LeaveRoomResponse> Client::LeaveRoom(const v1::LeaveRoomRequest& request) {
  return Call(*members_, &v1::MemberService::Stub::LeaveRoom, request, options_);
}

absl::StatusOr<v1::GetPresenceResponse> Client::GetPresence(const v1::GetPresenceRequest& request) {
  return Call(*presence_, &v1::PresenceService::Stub::GetPresence, request, options_);
}

absl::StatusOr<v1::SearchMessagesResponse> Client::SearchMessages(
    const v1::SearchMessagesRequest& request) {
  return Call(*search_, &v1::SearchService::Stub::SearchMessages, request, options_);
}

absl::StatusOr<v1::UpsertUsersResponse> Client::UpsertUsers(const v1::UpsertUsersRequest& request) {
  return Call(*users_, &v1::UserService::Stub::UpsertUsers, request, options_);
}

absl::StatusOr<v1::GetUserResponse> Client::GetUser(const v1::GetUserRequest& request) {
  return Call(*users_, &v1::UserService::Stub::GetUser, request, options_);
}

absl::StatusOr<v1::BatchGetUsersResponse> Client::BatchGetUsers(
    const v1::BatchGetUsersRequest& request) {
  return Call(*users_, &v1::UserService::Stub::BatchGetUsers, request, options_);
}

absl::StatusOr<v1::ListUsersResponse> Client::ListUsers(const v1::ListUsersRequest& request) {
  return Call(*users_, &v1::UserService::Stub::ListUsers, request, options_);
}

absl::StatusOr<v1::DeactivateUserResponse> Client::DeactivateUser(
    const v1::DeactivateUserRequest& request) {
  return Call(*users_, &v1::UserService::Stub::DeactivateUser, request, options_);
}

absl::StatusOr<v1::ReactivateUserResponse> Client::ReactivateUser(
    const v1::ReactivateUserRequest& request) {
  return Call(*users_, &v1::UserService::Stub::ReactivateUser, request, options_);
}

absl::StatusOr<v1::CreateTenantResponse> Client::CreateTenant(
    const v1::CreateTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::CreateTenant, request, options_);
}

absl::StatusOr<v1::AttachTenantResponse> Client::AttachTenant(
    const v1::AttachTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::AttachTenant, request, options_);
}

absl::StatusOr<v1::UpdateTenantResponse> Client::UpdateTenant(
    const v1::UpdateTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::UpdateTenant, request, options_);
}

absl::StatusOr<v1::RenameDomainResponse> Client::RenameDomain(
    const v1::RenameDomainRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::RenameDomain, request, options_);
}

absl::StatusOr<v1::SuspendTenantResponse> Client::SuspendTenant(
    const v1::SuspendTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::SuspendTenant, request, options_);
}

absl::StatusOr<v1::ResumeTenantResponse> Client::ResumeTenant(
    const v1::ResumeTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::ResumeTenant, request, options_);
}

absl::StatusOr<v1::DeleteTenantResponse> Client::DeleteTenant(
    const v1::DeleteTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::DeleteTenant, request, options_);
}

absl::StatusOr<v1::UndeleteTenantResponse> Client::UndeleteTenant(
    const v1::UndeleteTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::UndeleteTenant, request, options_);
}

absl::StatusOr<v1::BeginEpochResponse> Client::BeginEpoch(const v1::BeginEpochRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::BeginEpoch, request, options_);
}

absl::Status Client::ExportTenant(
    const v1::ExportTenantRequest& request,
    const std::function<absl::Status(const v1::ExportTenantResponse&)>& take) {
  grpc::ClientContext context;
  AddMetadata(options_, context);
  const auto reader = tenants_->ExportTenant(&context, request);
  v1::ExportTenantResponse page;
  absl::Status taken;
  while (taken.ok() && reader->Read(&page)) taken = take(page);
  if (!taken.ok()) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!taken.ok()) return taken;
  return status.ok() ? absl::OkStatus() : FailureOf(status);
}

absl::StatusOr<v1::GetTenantResponse> Client::GetTenant(const v1::GetTenantRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::GetTenant, request, options_);
}

absl::StatusOr<v1::ListTenantsResponse> Client::ListTenants(const v1::ListTenantsRequest& request) {
  return Call(*tenants_, &v1::TenantService::Stub::ListTenants, request, options_);
}

absl::StatusOr<v1::CreateSessionResponse> Client::CreateSession(
    const v1::CreateSessionRequest& request) {
  return Call(*sessions_, &v1::SessionService::Stub::CreateSession, request, options_);
}

absl::StatusOr<v1::ListSessionsResponse> Client::ListSessions(
    const v1::ListSessionsRequest& request) {
  return Call(*sessions_, &v1::SessionService::Stub::ListSessions, request, options_);
}

absl::StatusOr<v1::RevokeSessionResponse> Client::RevokeSession(
    const v1::RevokeSessionRequest& request) {
  return Call(*sessions_, &v1::SessionService::Stub::RevokeSession, request, options_);
}

absl::StatusOr<v1::RevokeSessionsResponse> Client::RevokeSessions(
    const v1::RevokeSessionsRequest& request) {
  return Call(*sessions_, &v1::SessionService::Stub::RevokeSessions, request, options_);
}

absl::StatusOr<v1::SetServiceAccountResponse> Client::SetServiceAccount(
    const v1::SetServiceAccountRequest& request) {
  return Call(*service_accounts_, &v1::ServiceAccountService::Stub::SetServiceAccount, request,
              options_);
}

absl::StatusOr<v1::ListServiceAccountsResponse> Client::ListServiceAccounts(
    const v1::ListServiceAccountsRequest& request) {
  return Call(*service_accounts_, &v1::ServiceAccountService::Stub::ListServiceAccounts, request,
              options_);
}

absl::StatusOr<v1::DeleteServiceAccountResponse> Client::DeleteServiceAccount(
    const v1::DeleteServiceAccountRequest& request) {
  return Call(*service_accounts_, &v1::ServiceAccountService::Stub::DeleteServiceAccount, request,
              options_);
}

absl::StatusOr<v1::CreateApiKeyResponse> Client::CreateApiKey(
    const v1::CreateApiKeyRequest& request) {
  return Call(*service_accounts_, &v1::ServiceAccountService::Stub::CreateApiKey, request,
              options_);
}

absl::StatusOr<v1::ListApiKeysResponse> Client::ListApiKeys(const v1::ListApiKeysRequest& request) {
  return Call(*service_accounts_, &v1::ServiceAccountService::Stub::ListApiKeys, request, options_);
}

absl::StatusOr<v1::RevokeApiKeyResponse> Client::RevokeApiKey(
    const v1::RevokeApiKeyRequest& request) {
  return Call(*service_accounts_, &v1::ServiceAccountService::Stub::RevokeApiKey, request,
              options_);
}

absl::StatusOr<v1::SetTokenIssuerResponse> Client::SetTokenIssuer(
    const v1::SetTokenIssuerRequest& request) {
  return Call(*token_issuers_, &v1::TokenIssuerService::Stub::SetTokenIssuer, request, options_);
}

absl::StatusOr<v1::ListTokenIssuersResponse> Client::ListTokenIssuers(
    const v1::ListTokenIssuersRequest& request) {
  return Call(*token_issuers_, &v1::TokenIssuerService::Stub::ListTokenIssuers, request, options_);
}

absl::StatusOr<v1::DeleteTokenIssuerResponse> Client::DeleteTokenIssuer(
    const v1::DeleteTokenIssuerRequest& request) {
  return Call(*token_issuers_, &v1::TokenIssuerService::Stub::DeleteTokenIssuer, request, options_);
}

absl::StatusOr<v1::GetSettingsResponse> Client::GetSettings(const v1::GetSettingsRequest& request) {
  return Call(*settings_, &v1::SettingsService::Stub::GetSettings, request, options_);
}

absl::StatusOr<v1::UpdateSettingsResponse> Client::UpdateSettings(
    const v1::UpdateSettingsRequest& request) {
  return Call(*settings_, &v1::SettingsService::Stub::UpdateSettings, request, options_);
}

}  // namespace chatter::client
