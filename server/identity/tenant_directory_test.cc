#include "server/identity/tenant_directory.h"

#include <gtest/gtest.h>

#include <string>

#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

Tenant MakeTenant(std::string_view schema, std::vector<std::string> domains = {}) {
  return {.schema_name = *SchemaName::Parse(schema),
          .display_name = "",
          .domains = std::move(domains),
          .created_at = absl::UnixEpoch()};
}

class TenantDirectoryTest : public testing::Test {
 protected:
  TenantDirectory MakeDirectory(std::optional<SchemaName> single_schema = std::nullopt) {
    TenantLookups lookups{.by_schema =
                              [this](const SchemaName& schema, absl::Time deadline,
                                     Callback<std::optional<Tenant>> done) {
                                lookups_.Add("schema " + schema.text(), deadline, std::move(done));
                              },
                          .by_domain =
                              [this](const std::string& domain, absl::Time deadline,
                                     Callback<std::optional<Tenant>> done) {
                                lookups_.Add("domain " + domain, deadline, std::move(done));
                              }};
    return TenantDirectory({.cache = {}, .single_schema = std::move(single_schema)},
                           std::move(lookups), clock_);
  }
  static Answer<ResolvedTenant> Resolve(TenantDirectory& directory, const TenantHint& hint) {
    Answer<ResolvedTenant> answer;
    directory.Resolve(hint, answer.Slot());
    return answer;
  }
  static void ExpectNotFound(const Answer<ResolvedTenant>& answer) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(answer->status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_TENANT_NOT_FOUND);
  }

  FakeClock clock_;
  HeldLookups<std::string, std::optional<Tenant>> lookups_;
};

TEST_F(TenantDirectoryTest, FindsATenantByName) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = "acme", .host = "globex.example"});
  ASSERT_EQ(lookups_.oldest().key, "schema acme");
  lookups_.AnswerOldest(MakeTenant("acme"));
  EXPECT_EQ((*answer)->schema_name.text(), "acme");
  EXPECT_TRUE((*answer)->multitenant);
}

TEST_F(TenantDirectoryTest, FindsATenantByHost) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = {}, .host = "Chat.Acme.Example.:443"});
  ASSERT_EQ(lookups_.oldest().key, "domain chat.acme.example");
  lookups_.AnswerOldest(MakeTenant("acme", {"chat.acme.example"}));
  EXPECT_EQ((*answer)->schema_name.text(), "acme");
  auto again = Resolve(directory, {.name = {}, .host = "chat.acme.example"});
  EXPECT_EQ((*again)->schema_name.text(), "acme");
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(TenantDirectoryTest, KeepsNamesAndDomainsApart) {
  auto directory = MakeDirectory();
  Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(MakeTenant("acme"));
  auto by_host = Resolve(directory, {.name = {}, .host = "acme"});
  ASSERT_EQ(lookups_.held(), 1u);
  lookups_.AnswerOldest(std::optional<Tenant>());
  ExpectNotFound(by_host);
}

TEST_F(TenantDirectoryTest, SaysTheSameOfUnknownAndImpossibleTenants) {
  auto directory = MakeDirectory();
  auto unknown = Resolve(directory, {.name = "nobody", .host = {}});
  lookups_.AnswerOldest(std::optional<Tenant>());
  ExpectNotFound(unknown);
  for (const char* name : {"", "public", "pg_catalog", "ACME", "acme\"; DROP SCHEMA acme; --",
                           "../acme", "acme acme", "\xff\xfe"}) {
    auto bad = Resolve(directory, {.name = name, .host = "acme.example"});
    ExpectNotFound(bad);
    EXPECT_EQ(bad->status(), unknown->status()) << "the name must not be repeated: " << name;
  }
  auto bad_host = Resolve(directory, {.name = {}, .host = "a b"});
  EXPECT_EQ(bad_host->status(), unknown->status());
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(TenantDirectoryTest, RequiresAHint) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {});
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_TENANT_REQUIRED);
}

TEST_F(TenantDirectoryTest, PassesErrorsOn) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
}

TEST_F(TenantDirectoryTest, SeesANewTenantOnceToldToForget) {
  auto directory = MakeDirectory();
  const Tenant acme = MakeTenant("acme", {"acme.example"});
  for (const TenantHint& hint :
       {TenantHint{.name = "acme", .host = {}}, TenantHint{.name = {}, .host = "acme.example"}}) {
    auto before = Resolve(directory, hint);
    lookups_.AnswerOldest(std::optional<Tenant>());
    ExpectNotFound(before);
    ExpectNotFound(Resolve(directory, hint));
    directory.Forget(acme);
    auto after = Resolve(directory, hint);
    ASSERT_EQ(lookups_.held(), 1u);
    lookups_.AnswerOldest(acme);
    EXPECT_TRUE(after->ok());
  }
}

TEST_F(TenantDirectoryTest, SingleSchemaIsTheTenantWhateverTheHost) {
  auto directory = MakeDirectory(SchemaName::Parse("app"));
  for (const TenantHint& hint : {TenantHint{}, TenantHint{.name = {}, .host = "anything at all"},
                                 TenantHint{.name = "app", .host = {}}}) {
    auto answer = Resolve(directory, hint);
    EXPECT_EQ((*answer)->schema_name.text(), "app");
    EXPECT_FALSE((*answer)->multitenant);
  }
  ExpectNotFound(Resolve(directory, {.name = "acme", .host = {}}));
  EXPECT_EQ(lookups_.total(), 0u);
}

}  // namespace
}  // namespace chatter::identity
