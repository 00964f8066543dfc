#include "server/rpc/tenant_export_stream.h"

#include <atomic>
#include <memory>
#include <utility>

#include "server/interceptors/status.h"
#include "server/model/errors.h"
#include "server/wire/convert.h"

namespace chatter::rpc {
namespace {

using admin::TenantExport;

struct SetRecord {
  v1::ExportRecord* out;

  void operator()(const Tenant& tenant) const { wire::ToProto(tenant, out->mutable_tenant()); }
  void operator()(const User& user) const { wire::ToProto(user, out->mutable_user()); }
  void operator()(const Room& room) const { wire::ToProto(room, out->mutable_room()); }
  void operator()(const Member& member) const { wire::ToProto(member, out->mutable_member()); }
  void operator()(const RoomEvent& event) const { wire::ToProto(event, out->mutable_event()); }
};

// A page is read or written, never both, so that one step follows the other without a lock. A
// client that has gone is noticed between two steps. Finishes in End() only.
class TenantExportStream final : public grpc::ServerWriteReactor<v1::ExportTenantResponse> {
 public:
  void Start(admin::TenantExports& exports, const absl::StatusOr<Administrator>& caller,
             std::string_view schema_name) {
    if (!caller.ok()) return End(caller.status());
    exports.Begin(*caller, schema_name,
                  [this](absl::StatusOr<std::unique_ptr<TenantExport>> begun) {
                    if (!begun.ok()) return End(begun.status());
                    export_ = *std::move(begun);
                    ReadPage();
                  });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("The client is gone."));
    ReadPage();
  }
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  void ReadPage() {
    if (cancelled_) return End(absl::CancelledError("The client is gone."));
    export_->Next([this](absl::StatusOr<TenantExport::Page> page) {
      if (!page.ok()) return End(page.status());
      if (page->empty()) return End(absl::OkStatus());
      response_.Clear();
      for (const admin::ExportRecord& record : *page) {
        std::visit(SetRecord{response_.add_records()}, record);
      }
      StartWrite(&response_);
    });
  }

  void End(const absl::Status& status) { Finish(interceptors::ToGrpcStatus(status)); }

  std::unique_ptr<TenantExport> export_;
  v1::ExportTenantResponse response_;  // the write's, while there is one
  std::atomic<bool> cancelled_ = false;
};

}  // namespace

grpc::ServerWriteReactor<v1::ExportTenantResponse>* NewTenantExportStream(
    admin::TenantExports& exports, const absl::StatusOr<Administrator>& caller,
    std::string_view schema_name) {
  auto* stream = new TenantExportStream;  // deletes itself in OnDone
  stream->Start(exports, caller, schema_name);
  return stream;
}

}  // namespace chatter::rpc
