#include "server/rpc/health_service.h"

#include <utility>
#include <vector>

#include "server/interceptors/call_context.h"
#include "server/interceptors/status.h"

namespace chatter::rpc {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// One Watch call. It writes the state whenever that isn't what it wrote last, one write at a time,
// and finishes in one place: when the call is cancelled or a write fails, and no write is
// outstanding.
class HealthService::Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse>,
                                     public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(HealthService& service, bool known) : service_(service), known_(known) {}

  void Proceed() {
    bool finish;
    {
      MutexLock lock(mu_);
      // Under the lock, so that an older state never overtakes a newer one.
      const Status wanted = known_ ? service_.status() : HealthCheckResponse::SERVICE_UNKNOWN;
      if (writing_ || finished_ || (!over_ && wanted == sent_)) return;
      finish = finished_ = over_;
      if (!finish) {
        writing_ = true;
        sent_ = wanted;
        response_.set_status(wanted);
      }
    }
    if (finish) {
      Finish(grpc::Status(grpc::StatusCode::CANCELLED, "The watch is over."));
    } else {
      StartWrite(&response_);
    }
  }

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(mu_);
      writing_ = false;
      over_ |= !ok;
    }
    Proceed();
  }

  void OnCancel() override {
    {
      MutexLock lock(mu_);
      over_ = true;
    }
    Proceed();
  }

  void OnDone() override { service_.Remove(shared_from_this()); }

 private:
  HealthService& service_;
  const bool known_;              // whether the service that it watches is here
  HealthCheckResponse response_;  // the write's, while there is one

  Mutex mu_;
  Status sent_ ABSL_GUARDED_BY(mu_) = HealthCheckResponse::UNKNOWN;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool over_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

namespace {

// Anybody may call; but not with a request that can't be read. OK also for calls that aren't behind
// the interceptors: on the operators' port.
grpc::Status DenialOf(grpc::CallbackServerContext* context) {
  const auto* const ours = dynamic_cast<const interceptors::CallContext*>(context);
  if (ours == nullptr || !ours->denied()) return grpc::Status::OK;
  return interceptors::ToGrpcStatus(interceptors::CallContext::Admit(context).status());
}

class Refused final : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  explicit Refused(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

HealthService::HealthService(absl::flat_hash_set<std::string> services)
    : services_(std::move(services)) {}

HealthService::~HealthService() = default;

void HealthService::SetServing(bool serving) {
  {
    MutexLock lock(mu_);
    if (!shut_down_) {
      status_ = serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
    }
  }
  Tell();
}

void HealthService::Shutdown() {
  {
    MutexLock lock(mu_);
    shut_down_ = true;
    status_ = HealthCheckResponse::NOT_SERVING;
  }
  Tell();
}

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (grpc::Status denial = DenialOf(context); !denial.ok()) {
    reactor->Finish(denial);
    return reactor;
  }
  if (!Knows(request->service())) {
    reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "There is no such service."));
    return reactor;
  }
  response->set_status(status());
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext* context, const HealthCheckRequest* request) {
  if (grpc::Status denial = DenialOf(context); !denial.ok()) return new Refused(denial);
  const auto watcher = std::make_shared<Watcher>(*this, Knows(request->service()));
  {
    MutexLock lock(mu_);
    watchers_.insert(watcher);
  }
  watcher->Proceed();
  return watcher.get();
}

HealthService::Status HealthService::status() {
  MutexLock lock(mu_);
  return status_;
}

bool HealthService::Knows(const std::string& service) const {
  return service.empty() || services_.contains(service);
}

void HealthService::Tell() {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    MutexLock lock(mu_);
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (const auto& watcher : watchers) watcher->Proceed();
}

void HealthService::Remove(const std::shared_ptr<Watcher>& watcher) {
  MutexLock lock(mu_);
  watchers_.erase(watcher);
}

}  // namespace chatter::rpc
