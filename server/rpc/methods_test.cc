#include "server/rpc/methods.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace chatter::rpc {
namespace {

using google::protobuf::ServiceDescriptor;

// By what is in proto/chatter/v1.
std::vector<const ServiceDescriptor*> ServicesOfTheApi() {
  std::vector<const ServiceDescriptor*> services;
  for (const auto& proto : std::filesystem::directory_iterator(CHATTER_PROTO_DIR "/chatter/v1")) {
    const std::string name = "chatter/v1/" + proto.path().filename().string();
    const auto* const file =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name);
    EXPECT_NE(file, nullptr) << name;
    if (file == nullptr) continue;
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

// A method that is added to the API must be added to the table.
TEST(Methods, AreAllOfTheApi) {
  int methods = 0;
  for (const ServiceDescriptor* const service : ServicesOfTheApi()) {
    const bool administration = service->name() == "TenantService" ||
                                service->name() == "TokenIssuerService" ||
                                service->name() == "ServiceAccountService";
    for (int m = 0; m < service->method_count(); ++m) {
      const std::string& method = service->method(m)->name();
      const std::string name = "/" + service->full_name() + "/" + method;
      const auto* const found = Methods().Find(name);
      ASSERT_NE(found, nullptr) << name;
      EXPECT_EQ(found->is_unary,
                !service->method(m)->client_streaming() && !service->method(m)->server_streaming())
          << name;
      const MethodPolicy& policy = found->policy;
      EXPECT_NE(policy.callers, Callers::kAnybody) << name;
      EXPECT_EQ(policy.callers == Callers::kAdministrator, administration) << name;
      const bool reads = method.starts_with("Get") || method.starts_with("BatchGet") ||
                         method.starts_with("List") || method.starts_with("Browse") ||
                         method.starts_with("Count") || method.starts_with("Export") ||
                         method.starts_with("Search") || method == "Subscribe";
      EXPECT_EQ(policy.access == Access::kReads, reads) << name;
      ++methods;
    }
  }
  EXPECT_GE(methods, 68);
}

}  // namespace
}  // namespace chatter::rpc
