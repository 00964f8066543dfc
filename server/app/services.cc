#include "server/app/services.h"

#include <deque>
#include <memory>
#include <string>
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
#include "server/rpc/thread_service.h"
#include "server/rpc/token_issuer_service.h"
#include "server/rpc/user_service.h"

namespace chatter::app {
namespace {

// A service, and what its proto calls it.
struct Named {
  std::string name;
  std::unique_ptr<grpc::Service> service;
};

// `Api`: what its proto has become. `parts`: what the service is made from.
template <typename Api, typename Service, typename... Parts>
Named Make(Parts&... parts) {
  return {.name = Api::service_full_name(), .service = std::make_unique<Service>(parts...)};
}

// The services of the API, each by one line.
std::vector<Named> MakeApi(Backend& backend) {
  core::Conversation& talk = backend.conversation;
  Administration& admin = backend.administration;
  bus::Bus& bus = backend.log.bus;
  std::vector<Named> api;
  api.push_back(Make<v1::ChatService, rpc::ChatService>(talk.messages, talk.rooms, bus,
                                                        talk.settings, talk.sessions));
  api.push_back(Make<v1::RoomService, rpc::RoomService>(talk.rooms));
  api.push_back(Make<v1::MemberService, rpc::MemberService>(talk.members));
  api.push_back(Make<v1::MessageService, rpc::MessageService>(talk.message_changer, talk.messages));
  api.push_back(Make<v1::ReadStateService, rpc::ReadStateService>(talk.read_states, bus));
  api.push_back(Make<v1::PreferenceService, rpc::PreferenceService>(admin.preferences, bus));
  api.push_back(Make<v1::PresenceService, rpc::PresenceService>(talk.presence));
  api.push_back(Make<v1::SearchService, rpc::SearchService>(talk.search));
  api.push_back(Make<v1::ThreadService, rpc::ThreadService>(talk.threads));
  api.push_back(Make<v1::UserService, rpc::UserService>(admin.users));
  api.push_back(Make<v1::TenantService, rpc::TenantService>(
      admin.tenants, admin.tenant_lifecycle, admin.tenant_epochs, admin.tenant_exports));
  api.push_back(
      Make<v1::ServiceAccountService, rpc::ServiceAccountService>(admin.service_accounts));
  api.push_back(Make<v1::SessionService, rpc::SessionService>(admin.sessions));
  api.push_back(Make<v1::TokenIssuerService, rpc::TokenIssuerService>(admin.token_issuers));
  api.push_back(Make<v1::SettingsService, rpc::SettingsService>(admin.settings));
  return api;
}

absl::flat_hash_set<std::string> NamesOf(const std::vector<Named>& services) {
  absl::flat_hash_set<std::string> names;
  for (const Named& service : services) names.insert(service.name);
  return names;
}

}  // namespace

struct Services::Parts {
  explicit Parts(Backend& backend) : api(MakeApi(backend)), health(NamesOf(api)) {
    for (const Named& named : api) late.emplace_back(*named.service, named.name, reads);
    late.emplace_back(health, grpc::health::v1::Health::service_full_name(), reads);
  }

  const std::vector<Named> api;
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
  for (const Named& named : parts_->api) {
    builder.RegisterService(&parts_->listed.emplace_back(named.name));
  }
}

rpc::HealthService& Services::health() { return parts_->health; }

rpc::PendingReads& Services::reads() { return parts_->reads; }

}  // namespace chatter::app
