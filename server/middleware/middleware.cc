#include "chatter/middleware.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/identity/method_policy.h"
#include "server/interceptors/stack.h"
#include "server/middleware/identity_backend.h"

namespace chatter {

struct Middleware::Impl {
  config::Config config;
  identity::MethodPolicies methods;
  std::atomic<bool> connected = false;
  std::unique_ptr<middleware::IdentityBackend> identity = nullptr;
};

absl::StatusOr<std::unique_ptr<Middleware>> Middleware::Create(const MiddlewareOptions& options) {
  auto config = config::ReadSettings(options.settings, config::ProcessEnvironment());
  if (!config.ok()) return config.status();
  std::vector<identity::MethodPolicies::Entry> methods;
  for (const auto& [method, policy] : options.methods) methods.push_back({method, policy});
  auto impl = std::unique_ptr<Impl>(new Impl{
      .config = *std::move(config), .methods = identity::MethodPolicies(std::move(methods))});
  auto identity = middleware::IdentityBackend::Create(
      impl->config, Clock::Real(), [impl = impl.get()](bool is) { impl->connected = is; });
  if (!identity.ok()) return identity.status();
  impl->identity = *std::move(identity);
  return std::unique_ptr<Middleware>(new Middleware(std::move(impl)));
}

Middleware::Middleware(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Middleware::~Middleware() = default;

void Middleware::Install(grpc::ServerBuilder& builder) {
  interceptors::InstallStack(builder, {.admission = impl_->identity->admission,
                                       .access_log = spdlog::default_logger(),
                                       .methods = impl_->methods});
}

bool Middleware::ready() const { return impl_->connected; }

}  // namespace chatter
