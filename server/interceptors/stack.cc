#include "server/interceptors/stack.h"

#include <grpcpp/support/server_interceptor.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "server/interceptors/access_log.h"
#include "server/interceptors/admission.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/malformed_request.h"
#include "server/interceptors/reply_size.h"
#include "server/interceptors/request_id.h"

namespace chatter::interceptors {

void InstallStack(grpc::ServerBuilder& builder, const StackDeps& deps) {
  // In the order in which a call goes through them: a denial must be logged.
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
  creators.push_back(std::make_unique<RequestIdFactory>());
  creators.push_back(std::make_unique<AccessLogFactory>(deps.access_log));
  creators.push_back(std::make_unique<AdmissionFactory>(deps.admission));
  creators.push_back(std::make_unique<MalformedRequestFactory>());
  if (deps.replies != nullptr) creators.push_back(std::make_unique<ReplySizeFactory>());
  // gRPC runs what comes in through the last one first.
  std::reverse(creators.begin(), creators.end());

  builder.experimental().SetInterceptorCreators(std::move(creators));
  builder.SetContextAllocator(
      std::make_unique<CallContextAllocator>(deps.methods, deps.clock, deps.replies));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
}

}  // namespace chatter::interceptors
