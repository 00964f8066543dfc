#include "server/app/services.h"

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "server/rpc/chat_service.h"
#include "server/rpc/health_service.h"
#include "server/rpc/late_parsing.h"
#include "server/rpc/listed_service.h"
#include "server/rpc/member_service.h"
#include "server/rpc/message_service.h"
#include "server/rpc/preference_service.h"
#include "server/rpc/presence_service.h"
#include "server/rpc/read_state_service.h"
#include "server/rpc/room_service.h"
#include "server/rpc/search_service.h"
#include "server/rpc/service_account_service.h"
#include "server/rpc/session_service.h"
#include "server/rpc/settings_service.h"
#include "server/rpc/tenant_service.h"
#include "server/rpc/token_issuer_service.h"
#include "server/rpc/user_service.h"

namespace chatter::app {

struct Services::Parts {
  // By the services' full names.
  using Named = std::vector<std::pair<const char*, grpc::Service*>>;

  explicit Parts(Backend& backend)
      : chat(backend.messages, backend.rooms, backend.bus, backend.tenant_settings,
             backend.chat_sessions),
        rooms(backend.rooms),
        members(backend.members),
        message_changes(backend.message_changer, backend.messages),
        read_states(backend.read_states, backend.bus),
        preferences(backend.preferences, backend.bus),
        presence(backend.presence),
        search(backend.search),
        users(backend.users),
        tenants(backend.tenants, backend.tenant_lifecycle, backend.tenant_epochs,
                backend.tenant_exports),
        service_accounts(backend.service_accounts),
        sessions(backend.sessions),
        token_issuers(backend.token_issuers),
        settings(backend.settings),
        health(NamesOf(Api())) {
    for (const auto& [name, service] : Api()) late.emplace_back(*service, name, reads);
    late.emplace_back(health, grpc::health::v1::Health::service_full_name(), reads);
  }

  Named Api() {
    return {{v1::ChatService::service_full_name(), &chat},
            {v1::RoomService::service_full_name(), &rooms},
            {v1::MemberService::service_full_name(), &members},
            {v1::MessageService::service_full_name(), &message_changes},
            {v1::ReadStateService::service_full_name(), &read_states},
            {v1::PreferenceService::service_full_name(), &preferences},
            {v1::PresenceService::service_full_name(), &presence},
            {v1::SearchService::service_full_name(), &search},
            {v1::UserService::service_full_name(), &users},
            {v1::TenantService::service_full_name(), &tenants},
            {v1::ServiceAccountService::service_full_name(), &service_accounts},
            {v1::SessionService::service_full_name(), &sessions},
            {v1::TokenIssuerService::service_full_name(), &token_issuers},
            {v1::SettingsService::service_full_name(), &settings}};
  }

  static absl::flat_hash_set<std::string> NamesOf(const Named& services) {
    absl::flat_hash_set<std::string> names;
    for (const auto& [name, service] : services) names.insert(name);
    return names;
  }

  rpc::ChatService chat;
  rpc::RoomService rooms;
  rpc::MemberService members;
  rpc::MessageService message_changes;
  rpc::ReadStateService read_states;
  rpc::PreferenceService preferences;
  rpc::PresenceService presence;
  rpc::SearchService search;
  rpc::UserService users;
  rpc::TenantService tenants;
  rpc::ServiceAccountService service_accounts;
  rpc::SessionService sessions;
  rpc::TokenIssuerService token_issuers;
  rpc::SettingsService settings;
  rpc::HealthService health;

  rpc::PendingReads reads;
  std::deque<rpc::LateParsingService> late;  // in place of those above
  std::deque<rpc::ListedService> listed;     // for operators
};

Services::Services(Backend& backend) : parts_(std::make_unique<Parts>(backend)) {}

Services::~Services() = default;

void Services::Register(grpc::ServerBuilder& builder) {
  for (rpc::LateParsingService& service : parts_->late) builder.RegisterService(&service);
}

void Services::RegisterForOperators(grpc::ServerBuilder& builder) {
  builder.RegisterService(&parts_->health);
  for (const auto& [name, service] : parts_->Api()) {
    builder.RegisterService(&parts_->listed.emplace_back(name));
  }
}

rpc::HealthService& Services::health() { return parts_->health; }

rpc::PendingReads& Services::reads() { return parts_->reads; }

}  // namespace chatter::app
