// A service in name only, so that reflection on the operators' port lists what the other port
// serves: whoever calls it is told that it isn't here.
#ifndef CHATTER_SERVER_RPC_LISTED_SERVICE_H_
#define CHATTER_SERVER_RPC_LISTED_SERVICE_H_

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/method_handler.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace chatter::rpc {

class ListedService final : public grpc::Service {
 public:
  explicit ListedService(std::string_view full_name)
      : method_name_(absl::StrCat("/", std::string(full_name), "/")) {
    using NotHere = grpc::internal::ErrorMethodHandler<grpc::StatusCode::UNIMPLEMENTED>;
    AddMethod(new grpc::internal::RpcServiceMethod(
        method_name_.c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
        new NotHere("The operators' port serves health, channelz and reflection only.")));
  }

 private:
  const std::string method_name_;  // gRPC keeps a pointer to it
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_LISTED_SERVICE_H_
