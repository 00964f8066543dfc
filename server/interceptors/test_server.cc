#include "server/interceptors/test_server.h"

#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/steady_time.h"
#include "server/identity/administrator_key_authenticator.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/stack.h"
#include "server/interceptors/status.h"
#include "server/rpc/methods.h"

namespace chatter::interceptors {
namespace {

std::string Describe(const Caller& caller) {
  const char* credential = "none";
  if (caller.principal.credential == CredentialKind::kSession) credential = "session";
  if (caller.principal.credential == CredentialKind::kAdministratorKey) credential = "key";
  if (caller.principal.credential == CredentialKind::kDjangoSession) credential = "cookie";
  if (caller.principal.credential == CredentialKind::kApiKey) credential = "api_key";
  std::string who = absl::StrCat(caller.tenant ? caller.tenant->text() : "", "/",
                                 caller.principal.user_id, "/", credential);
  const bool is_administrator =
      caller.principal.credential == CredentialKind::kAdministratorKey && caller.is_service();
  if (!caller.principal.service.empty() && !is_administrator) {
    absl::StrAppend(&who, "/", caller.principal.service);
  }
  return who;
}

// Knows the session cookie "of-NAME" as the user NAME's, in every tenant, for 30 minutes.
class CookieAuthenticator final : public identity::Authenticator {
 public:
  explicit CookieAuthenticator(const Clock& clock) : expires_at_(clock.Now() + absl::Minutes(30)) {}

  CredentialKind kind() const override { return CredentialKind::kDjangoSession; }
  void Authenticate(const std::optional<TenantKey>&, const identity::Credential& credential,
                    SteadyTime, Callback<std::optional<Principal>> done) override {
    if (credential.form != identity::Credential::Form::kCookie) {
      return done(std::optional<Principal>());
    }
    if (!credential.text.starts_with("of-")) return done(identity::CredentialInvalidError());
    done(Principal{
        .credential = kind(), .user_id = credential.text.substr(3), .expires_at = expires_at_});
  }
  void Recheck(const TenantKey&, std::vector<Principal>, SteadyTime,
               Callback<std::vector<size_t>> done) override {
    done(std::vector<size_t>());
  }

 private:
  const absl::Time expires_at_;
};

void Prepare(grpc::ClientContext& context, const Metadata& metadata,
             absl::Duration timeout = TestServer::kPatience) {
  context.set_deadline(gpr_time_from_nanos(absl::ToInt64Nanoseconds(timeout), GPR_TIMESPAN));
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
}

Outcome MakeOutcome(const grpc::ClientContext& context, const grpc::Status& status,
                    std::string who) {
  Outcome outcome{
      .status = status, .reason = ReasonOf(status), .who = std::move(who), .request_id = ""};
  const auto& metadata = context.GetServerInitialMetadata();
  const auto found = metadata.find("x-request-id");
  if (found != metadata.end()) {
    outcome.request_id = std::string(found->second.data(), found->second.size());
  }
  return outcome;
}

}  // namespace

void FakeDatabase::AddTenant(std::string_view schema, std::vector<std::string> domains,
                             TenantState state) {
  MutexLock lock(mu_);
  tenants_.push_back({.schema_name = *SchemaName::Parse(schema),
                      .display_name = "",
                      .domains = std::move(domains),
                      .created_at = clock_.Now(),
                      .state = state,
                      .state_reason = "the reason"});
}

void FakeDatabase::AddSession(std::string_view schema, const std::string& token,
                              const std::string& user_id) {
  const Sha256Digest digest = Sha256(token);
  MutexLock lock(mu_);
  sessions_.insert_or_assign({TenantKey{*SchemaName::Parse(schema)}, digest},
                             Session{.token_digest = digest,
                                     .user_id = user_id,
                                     .created_at = clock_.Now(),
                                     .expires_at = clock_.Now() + absl::Hours(1)});
}

void FakeDatabase::AddUser(std::string_view schema, const std::string& user_id, bool active) {
  MutexLock lock(mu_);
  users_.insert_or_assign(
      {TenantKey{*SchemaName::Parse(schema)}, user_id},
      User{.id = user_id, .display_name = "", .created_at = clock_.Now(), .active = active});
}

void FakeDatabase::AddApiKey(const std::string& key, ServiceIdentity identity) {
  MutexLock lock(mu_);
  api_keys_.insert_or_assign(Sha256(key), std::move(identity));
}

void FakeDatabase::FailWith(absl::Status status) {
  MutexLock lock(mu_);
  failure_ = std::move(status);
}

void FakeDatabase::Hold() {
  MutexLock lock(mu_);
  holding_ = true;
}

void FakeDatabase::Release() {
  MutexLock lock(mu_);
  holding_ = false;
  changed_.NotifyAll();
}

bool FakeDatabase::AwaitHeldLookup() {
  MutexLock lock(mu_);
  while (held_ == 0) {
    if (!changed_.WaitUntil(mu_, SteadyTime::Now() + absl::Seconds(20))) return false;
  }
  return true;
}

template <typename T>
void FakeDatabase::Answer(Callback<T> done, std::function<T()> find) {
  worker_.Post([this, done = std::move(done), find = std::move(find)]() mutable {
    absl::Status failure;
    {
      MutexLock lock(mu_);
      ++held_;
      changed_.NotifyAll();
      while (holding_) changed_.Wait(mu_);
      --held_;
      failure = failure_;
    }
    if (failure.ok()) {
      done(find());
    } else {
      done(failure);
    }
  });
}

identity::TenantLookups FakeDatabase::tenant_lookups() {
  const auto find = [this](std::function<bool(const Tenant&)> matches) {
    return [this, matches = std::move(matches)]() -> std::optional<Tenant> {
      MutexLock lock(mu_);
      const auto found = std::find_if(tenants_.begin(), tenants_.end(), matches);
      if (found == tenants_.end()) return std::nullopt;
      return *found;
    };
  };
  return {
      .by_schema =
          [this, find](const SchemaName& schema, SteadyTime, Callback<std::optional<Tenant>> done) {
            Answer<std::optional<Tenant>>(std::move(done), find([schema](const Tenant& tenant) {
                                            return tenant.schema_name == schema;
                                          }));
          },
      .by_domain =
          [this, find](const std::vector<std::string>& spellings, SteadyTime,
                       Callback<std::optional<Tenant>> done) {
            Answer<std::optional<Tenant>>(std::move(done), find([spellings](const Tenant& tenant) {
                                            return std::find_first_of(
                                                       tenant.domains.begin(), tenant.domains.end(),
                                                       spellings.begin(),
                                                       spellings.end()) != tenant.domains.end();
                                          }));
          }};
}

identity::SessionLookups FakeDatabase::session_lookups() {
  identity::SessionLookups lookups;
  lookups.find = [this](const TenantKey& tenant, const Sha256Digest& digest, SteadyTime,
                        Callback<std::optional<Session>> done) {
    Answer<std::optional<Session>>(std::move(done),
                                   [this, tenant, digest]() -> std::optional<Session> {
                                     MutexLock lock(mu_);
                                     const auto found = sessions_.find({tenant, digest});
                                     if (found == sessions_.end()) return std::nullopt;
                                     return found->second;
                                   });
  };
  lookups.find_ended = [](const TenantKey&, const std::vector<Sha256Digest>&, SteadyTime,
                          Callback<std::vector<size_t>> done) { done(std::vector<size_t>()); };
  return lookups;
}

identity::UserLookup FakeDatabase::user_lookup() {
  return [this](const TenantKey& tenant, const std::string& user_id, SteadyTime,
                Callback<std::optional<User>> done) {
    Answer<std::optional<User>>(std::move(done), [this, tenant, user_id]() -> std::optional<User> {
      MutexLock lock(mu_);
      const auto found = users_.find({tenant, user_id});
      if (found == users_.end()) return std::nullopt;
      return found->second;
    });
  };
}

identity::ApiKeyLookup FakeDatabase::api_key_lookup() {
  using Found = std::vector<std::optional<ServiceIdentity>>;
  return [this](const std::vector<Sha256Digest>& digests, SteadyTime, Callback<Found> done) {
    Answer<Found>(std::move(done), [this, digests] {
      MutexLock lock(mu_);
      Found all;
      for (const Sha256Digest& digest : digests) {
        const auto found = api_keys_.find(digest);
        all.push_back(found == api_keys_.end() ? std::nullopt : std::optional(found->second));
      }
      return all;
    });
  };
}

absl::StatusOr<Caller> Sightings::Admit(grpc::CallbackServerContext* context) {
  absl::StatusOr<Caller> caller = CallContext::Admit(context);
  MutexLock lock(mu_);
  ++handled_;
  if (caller.ok()) {
    ++admitted_;
    last_caller_ = *caller;
  }
  return caller;
}

int Sightings::handled() const {
  MutexLock lock(mu_);
  return handled_;
}

int Sightings::admitted() const {
  MutexLock lock(mu_);
  return admitted_;
}

Caller Sightings::last_caller() const {
  MutexLock lock(mu_);
  return *last_caller_;
}

class TestServer::Users final : public v1::UserService::CallbackService {
 public:
  explicit Users(Sightings& sightings) : sightings_(sightings) {}

  grpc::ServerUnaryReactor* GetUser(grpc::CallbackServerContext* context, const v1::GetUserRequest*,
                                    v1::GetUserResponse* response) override {
    const auto caller = sightings_.Admit(context);
    if (caller.ok()) response->mutable_user()->set_id(Describe(*caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }
  grpc::ServerUnaryReactor* UpsertUsers(grpc::CallbackServerContext* context,
                                        const v1::UpsertUsersRequest*,
                                        v1::UpsertUsersResponse* response) override {
    const auto caller = sightings_.Admit(context);
    if (caller.ok()) response->add_users()->set_id(Describe(*caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }

 private:
  Sightings& sightings_;
};

class TestServer::Tenants final : public v1::TenantService::CallbackService {
 public:
  explicit Tenants(Sightings& sightings) : sightings_(sightings) {}

  grpc::ServerUnaryReactor* ListTenants(grpc::CallbackServerContext* context,
                                        const v1::ListTenantsRequest*,
                                        v1::ListTenantsResponse* response) override {
    const auto caller = sightings_.Admit(context);
    if (caller.ok()) response->set_next_page_token(Describe(*caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }

 private:
  Sightings& sightings_;
};

class TestServer::Chats final : public v1::ChatService::CallbackService {
 public:
  explicit Chats(Sightings& sightings) : sightings_(sightings) {}

  grpc::ServerBidiReactor<v1::ChatRequest, v1::ChatResponse>* Chat(
      grpc::CallbackServerContext* context) override {
    return new Stream(sightings_.Admit(context));
  }

 private:
  class Stream final : public grpc::ServerBidiReactor<v1::ChatRequest, v1::ChatResponse> {
   public:
    explicit Stream(const absl::StatusOr<Caller>& caller) {
      if (caller.ok()) {
        response_.add_events()->mutable_opened()->set_user_id(Describe(*caller));
        StartWriteAndFinish(&response_, {}, grpc::Status::OK);
      } else {
        Finish(ToGrpcStatus(caller.status()));
      }
    }
    void OnDone() override { delete this; }

   private:
    v1::ChatResponse response_;
  };

  Sightings& sightings_;
};

TestServer::TestServer(std::optional<SchemaName> single_schema)
    : TestServer(
          [](grpc::ServerBuilder& builder, TestServer& self) {
            InstallStack(builder,
                         {.tenants = self.tenants,
                          .authenticators = *self.authenticators,
                          .users = self.users,
                          .access_log = self.access_log,
                          .methods = rpc::Methods(),
                          .clock = self.clock,
                          .credentials = {.session_cookie = kSessionCookie},
                          .trusted_proxies = *identity::TrustedProxies::Parse("127.0.0.1")});
          },
          std::move(single_schema)) {}

TestServer::TestServer(const Install& install, std::optional<SchemaName> single_schema)
    : tenants({.cache = {}, .single_schema = std::move(single_schema)}, database.tenant_lookups(),
              clock),
      users(database.user_lookup(), {}, clock),
      users_(std::make_unique<Users>(sightings)),
      tenant_service_(std::make_unique<Tenants>(sightings)),
      chats_(std::make_unique<Chats>(sightings)) {
  std::vector<std::unique_ptr<identity::Authenticator>> kinds;
  kinds.push_back(
      std::make_unique<identity::AdministratorKeyAuthenticator>(Sha256(kAdministratorKey)));
  kinds.push_back(std::make_unique<identity::SessionAuthenticator>(database.session_lookups()));
  kinds.push_back(std::make_unique<CookieAuthenticator>(clock));
  kinds.push_back(std::make_unique<identity::ApiKeyAuthenticator>(database.api_key_lookup()));
  authenticators = std::make_unique<identity::AuthenticatorChain>(std::move(kinds),
                                                                  identity::CacheOptions{}, clock);
  access_log = std::make_shared<spdlog::logger>(
      "access", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text_));
  access_log->set_pattern("%l %v");

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(users_.get());
  builder.RegisterService(tenant_service_.get());
  builder.RegisterService(chats_.get());
  install(builder, *this);
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
  channel_ = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
}

TestServer::~TestServer() {
  server_->Shutdown();
  server_->Wait();
}

Outcome TestServer::GetUser(const Metadata& metadata, const std::string& authority,
                            absl::Duration timeout) {
  grpc::ClientContext context;
  Prepare(context, metadata, timeout);
  if (!authority.empty()) context.set_authority(authority);
  v1::GetUserResponse response;
  const auto status = v1::UserService::NewStub(channel_)->GetUser(&context, {}, &response);
  return MakeOutcome(context, status, response.user().id());
}

Outcome TestServer::UpsertUsers(const Metadata& metadata) {
  grpc::ClientContext context;
  Prepare(context, metadata);
  v1::UpsertUsersResponse response;
  const auto status = v1::UserService::NewStub(channel_)->UpsertUsers(&context, {}, &response);
  return MakeOutcome(context, status, response.users_size() == 0 ? "" : response.users(0).id());
}

Outcome TestServer::ListTenants(const Metadata& metadata) {
  grpc::ClientContext context;
  Prepare(context, metadata);
  v1::ListTenantsResponse response;
  const auto status = v1::TenantService::NewStub(channel_)->ListTenants(&context, {}, &response);
  return MakeOutcome(context, status, response.next_page_token());
}

Outcome TestServer::Chat(const Metadata& metadata) {
  grpc::ClientContext context;
  Prepare(context, metadata);
  const auto stream = v1::ChatService::NewStub(channel_)->Chat(&context);
  v1::ChatResponse response;
  std::string who;
  while (stream->Read(&response)) who = response.events(0).opened().user_id();
  const grpc::Status status = stream->Finish();
  return MakeOutcome(context, status, who);
}

std::pair<std::string, std::string> Bearer(const std::string& token) {
  return {"authorization", absl::StrCat("Bearer ", token)};
}

v1::ErrorReason ReasonOf(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (!rich.ParseFromString(status.error_details())) return reason;
  for (const auto& detail : rich.details()) {
    if (!detail.UnpackTo(&info)) continue;
    if (info.domain() != "chatter") continue;
    v1::ErrorReason_Parse(absl::StrCat("ERROR_REASON_", info.reason()), &reason);
  }
  return reason;
}

}  // namespace chatter::interceptors
