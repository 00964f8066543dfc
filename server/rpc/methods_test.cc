#include "server/rpc/methods.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>

#include "chatter/v1/chat.pb.h"
#include "chatter/v1/member.pb.h"
#include "chatter/v1/message.pb.h"
#include "chatter/v1/preference.pb.h"
#include "chatter/v1/presence.pb.h"
#include "chatter/v1/read_state.pb.h"
#include "chatter/v1/room.pb.h"
#include "chatter/v1/search.pb.h"
#include "chatter/v1/service_account.pb.h"
#include "chatter/v1/session.pb.h"
#include "chatter/v1/settings.pb.h"
#include "chatter/v1/tenant.pb.h"
#include "chatter/v1/token_issuer.pb.h"
#include "chatter/v1/user.pb.h"

namespace chatter::rpc {
namespace {

// A method that is added to the API must be added to the table.
TEST(Methods, AreAllOfTheApi) {
  int methods = 0;
  for (const auto* file :
       {v1::ChatRequest::descriptor()->file(), v1::Member::descriptor()->file(),
        v1::Reaction::descriptor()->file(), v1::ReadMark::descriptor()->file(),
        v1::Room::descriptor()->file(), v1::ServiceAccount::descriptor()->file(),
        v1::Session::descriptor()->file(), v1::Tenant::descriptor()->file(),
        v1::TokenIssuer::descriptor()->file(), v1::User::descriptor()->file(),
        v1::Preferences::descriptor()->file(), v1::Presence::descriptor()->file(),
        v1::SearchHit::descriptor()->file(), v1::Settings::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      const auto* service = file->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        const std::string& method = service->method(m)->name();
        const std::string name = "/" + service->full_name() + "/" + method;
        const auto* const found = Methods().Find(name);
        ASSERT_NE(found, nullptr) << name;
        EXPECT_EQ(found->is_unary, !service->method(m)->client_streaming() &&
                                       !service->method(m)->server_streaming())
            << name;
        const MethodPolicy& policy = found->policy;
        EXPECT_NE(policy.callers, Callers::kAnybody) << name;
        const bool administration = service->name() == "TenantService" ||
                                    service->name() == "TokenIssuerService" ||
                                    service->name() == "ServiceAccountService";
        EXPECT_EQ(policy.callers == Callers::kAdministrator, administration) << name;
        const bool reads = method.starts_with("Get") || method.starts_with("List") ||
                           method.starts_with("Browse") || method.starts_with("Count") ||
                           method.starts_with("Export") || method.starts_with("Search") ||
                           method == "Subscribe";
        EXPECT_EQ(policy.access == Access::kReads, reads) << name;
        ++methods;
      }
    }
  }
  EXPECT_GE(methods, 68);
}

}  // namespace
}  // namespace chatter::rpc
