// TenantService/ExportTenant: gRPC's end of an export.
#ifndef CHATTER_SERVER_RPC_TENANT_EXPORT_STREAM_H_
#define CHATTER_SERVER_RPC_TENANT_EXPORT_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <string_view>

#include "absl/status/statusor.h"
#include "chatter/v1/tenant.pb.h"
#include "server/admin/tenant_export.h"
#include "server/model/model.h"

namespace chatter::rpc {

// A stream that ends by itself. The next page is read only when gRPC has taken the last one, so
// that a slow client costs one page of memory. `exports` must outlive it.
grpc::ServerWriteReactor<v1::ExportTenantResponse>* NewTenantExportStream(
    admin::TenantExports& exports, const absl::StatusOr<Administrator>& caller,
    std::string_view schema_name);

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_TENANT_EXPORT_STREAM_H_
