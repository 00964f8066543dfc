#include "server/identity/tenant_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/identity/test_fakes.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using testing::HasSubstr;

Tenant MakeTenant(std::string_view schema, std::vector<std::string> domains = {}) {
  return {.schema_name = *SchemaName::Parse(schema),
          .display_name = "",
          .domains = std::move(domains),
          .created_at = absl::UnixEpoch(),
          .schema_stamp = 1};
}

class TenantDirectoryTest : public testing::Test {
 protected:
  TenantDirectory MakeDirectory(std::optional<SchemaName> single_schema = std::nullopt) {
    TenantLookups lookups{.by_schema =
                              [this](const SchemaName& schema, SteadyTime deadline,
                                     Callback<std::optional<Tenant>> done) {
                                lookups_.Add("schema " + schema.text(), deadline, std::move(done));
                              },
                          .by_domain =
                              [this](const std::vector<std::string>& spellings, SteadyTime deadline,
                                     Callback<std::optional<Tenant>> done) {
                                lookups_.Add("domain " + absl::StrJoin(spellings, " "), deadline,
                                             std::move(done));
                              }};
    if (prepare_) {
      lookups.prepare = [this](const Tenant& tenant, StatusCallback done) {
        prepared_.push_back({tenant, std::move(done)});
      };
    }
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
  struct Prepared {
    Tenant tenant;
    StatusCallback done;
  };
  bool prepare_ = false;
  std::vector<Prepared> prepared_;
};

TEST_F(TenantDirectoryTest, FindsATenantByName) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = "acme", .host = "globex.example"});
  ASSERT_EQ(lookups_.oldest().key, "schema acme");
  lookups_.AnswerOldest(MakeTenant("acme"));
  EXPECT_EQ((*answer)->tenant.text(), "acme");
  EXPECT_TRUE((*answer)->multitenant);
}

TEST_F(TenantDirectoryTest, FindsATenantByHost) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = {}, .host = "Chat.Acme.Example.:443"});
  ASSERT_EQ(lookups_.oldest().key, "domain chat.acme.example");
  lookups_.AnswerOldest(MakeTenant("acme", {"chat.acme.example"}));
  EXPECT_EQ((*answer)->tenant.text(), "acme");
  auto again = Resolve(directory, {.name = {}, .host = "chat.acme.example"});
  EXPECT_EQ((*again)->tenant.text(), "acme");
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(TenantDirectoryTest, LooksForAllSpellingsAtOnce) {
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = {}, .host = "www.München.example"});
  ASSERT_EQ(lookups_.oldest().key,
            "domain www.xn--mnchen-3ya.example www.münchen.example xn--mnchen-3ya.example "
            "münchen.example");
  lookups_.AnswerOldest(MakeTenant("acme"));
  EXPECT_EQ((*answer)->tenant.text(), "acme");
  auto in_ascii = Resolve(directory, {.name = {}, .host = "WWW.xn--mnchen-3ya.example:443"});
  EXPECT_EQ((*in_ascii)->tenant.text(), "acme");
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(TenantDirectoryTest, ForgetsWhatLedToATenantByWww) {
  auto directory = MakeDirectory();
  const TenantHint hint{.name = {}, .host = "www.acme.example"};
  auto before = Resolve(directory, hint);
  lookups_.AnswerOldest(std::optional<Tenant>());
  ExpectNotFound(before);
  directory.Forget(*SchemaName::Parse("acme"), {"acme.example"});
  Resolve(directory, hint);
  EXPECT_EQ(lookups_.held(), 1u);
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
  for (const char* name : {"", "public", "pg_catalog", " acme", "acme\"; DROP SCHEMA acme; --",
                           "../acme", "acme\u200b", "\xff\xfe"}) {
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

// Whoever made it, through whichever server or none.
TEST_F(TenantDirectoryTest, SeesAChangeAfterTwoSeconds) {
  auto directory = MakeDirectory();
  for (const TenantHint& hint :
       {TenantHint{.name = "acme", .host = {}}, TenantHint{.name = {}, .host = "acme.example"}}) {
    for (const std::optional<Tenant>& now :
         {std::optional<Tenant>(), std::optional(MakeTenant("acme")), std::optional<Tenant>()}) {
      auto answer = Resolve(directory, hint);
      ASSERT_EQ(lookups_.held(), 1u);
      lookups_.AnswerOldest(now);
      EXPECT_EQ(answer->ok(), now.has_value());
      clock_.Advance(absl::Seconds(2) - absl::Microseconds(1));
      EXPECT_EQ(Resolve(directory, hint)->ok(), now.has_value());
      EXPECT_EQ(lookups_.held(), 0u);
      clock_.Advance(absl::Microseconds(1));
    }
  }
}

TEST_F(TenantDirectoryTest, CallsAtOnceShareOneLookup) {
  auto directory = MakeDirectory();
  auto one = Resolve(directory, {.name = {}, .host = "München.example"});
  auto other = Resolve(directory, {.name = {}, .host = "xn--mnchen-3ya.example:443"});
  ASSERT_EQ(lookups_.held(), 1u);
  lookups_.AnswerOldest(MakeTenant("acme"));
  EXPECT_TRUE(one->ok() && other->ok());
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
    directory.Forget(acme.schema_name, acme.domains);
    auto after = Resolve(directory, hint);
    ASSERT_EQ(lookups_.held(), 1u);
    lookups_.AnswerOldest(acme);
    EXPECT_TRUE(after->ok());
  }
}

TEST_F(TenantDirectoryTest, ResolvesASuspendedTenantAndSaysWhyItIsRefused) {
  auto directory = MakeDirectory();
  Tenant acme = MakeTenant("acme");
  acme.state = TenantState::kSuspended;
  acme.state_reason = "The bill isn't paid.";
  for (int i = 0; i < 2; ++i) {
    auto answer = Resolve(directory, {.name = "acme", .host = {}});
    if (i == 0) lookups_.AnswerOldest(acme);
    ASSERT_TRUE(answer->ok());
    EXPECT_EQ((*answer)->tenant.text(), "acme");
    const absl::Status& refusal = (*answer)->refusal;
    EXPECT_EQ(refusal.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(refusal), v1::ERROR_REASON_TENANT_SUSPENDED);
    EXPECT_THAT(std::string(refusal.message()), HasSubstr("The bill isn't paid."));
  }
  EXPECT_EQ(lookups_.total(), 1u) << "it must be cached like others";
}

TEST_F(TenantDirectoryTest, KnowsNoDeletedTenant) {
  auto directory = MakeDirectory();
  Tenant acme = MakeTenant("acme");
  acme.state = TenantState::kDeleted;
  acme.state_reason = "The bill wasn't paid.";
  auto deleted = Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(acme);
  ExpectNotFound(deleted);
  auto unknown = Resolve(directory, {.name = "nobody", .host = {}});
  lookups_.AnswerOldest(std::optional<Tenant>());
  EXPECT_EQ(deleted->status(), unknown->status());
}

TEST_F(TenantDirectoryTest, SeesAChangeOfStateOnceTheEntryIsOld) {
  auto directory = MakeDirectory();
  Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(MakeTenant("acme"));
  Tenant suspended = MakeTenant("acme");
  suspended.state = TenantState::kSuspended;
  clock_.Advance(absl::Seconds(2));
  auto answer = Resolve(directory, {.name = "acme", .host = {}});
  ASSERT_EQ(lookups_.held(), 1u);
  lookups_.AnswerOldest(suspended);
  EXPECT_EQ(ReasonOf((*answer)->refusal), v1::ERROR_REASON_TENANT_SUSPENDED);
}

TEST_F(TenantDirectoryTest, PreparesATenantBeforeItIsUsed) {
  prepare_ = true;
  auto directory = MakeDirectory();
  Tenant acme = MakeTenant("acme");
  acme.schema_version = 7;
  auto answer = Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(acme);
  ASSERT_EQ(prepared_.size(), 1u);
  EXPECT_EQ(prepared_[0].tenant.schema_version, 7);
  EXPECT_TRUE(answer.pending());
  prepared_[0].done(absl::OkStatus());
  EXPECT_EQ((*answer)->tenant.text(), "acme");

  // Asked at each call, so that a tenant that isn't ready is found out about.
  auto again = Resolve(directory, {.name = "acme", .host = {}});
  ASSERT_EQ(prepared_.size(), 2u);
  prepared_[1].done(DatabaseUnavailableError());
  EXPECT_EQ(ReasonOf(again->status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
}

// A suspended tenant's own users are to be told so, and they are known by its tables.
TEST_F(TenantDirectoryTest, PreparesASuspendedTenantButNoDeletedOne) {
  prepare_ = true;
  auto directory = MakeDirectory();
  for (const TenantState state : {TenantState::kSuspended, TenantState::kDeleted}) {
    Tenant tenant = MakeTenant(state == TenantState::kDeleted ? "deleted" : "suspended");
    tenant.state = state;
    Resolve(directory, {.name = tenant.schema_name.text(), .host = {}});
    lookups_.AnswerOldest(tenant);
  }
  ASSERT_EQ(prepared_.size(), 1u);
  EXPECT_EQ(prepared_[0].tenant.schema_name.text(), "suspended");
}

// What the control schema says may be of a tenant that was dropped: it says it anew once it is
// known what the schema is.
TEST_F(TenantDirectoryTest, LooksAgainOnceASchemaIsKnown) {
  prepare_ = true;
  auto directory = MakeDirectory();
  Tenant unknown = MakeTenant("acme");
  unknown.state = TenantState::kSuspended;
  unknown.schema_is_known = false;
  std::vector<Answer<ResolvedTenant>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(Resolve(directory, {.name = "acme", .host = {}}));
  ASSERT_EQ(lookups_.held(), 1u);
  lookups_.AnswerOldest(unknown);
  ASSERT_EQ(prepared_.size(), 1u) << "once for all who wait";
  EXPECT_FALSE(prepared_[0].tenant.schema_is_known);
  prepared_[0].done(absl::OkStatus());
  ASSERT_EQ(lookups_.held(), 1u);
  lookups_.AnswerOldest(MakeTenant("acme"));
  ASSERT_EQ(prepared_.size(), 4u) << "as always";
  for (size_t i = 1; i < prepared_.size(); ++i) prepared_[i].done(absl::OkStatus());
  for (const auto& answer : answers) EXPECT_TRUE((*answer)->refusal.ok());
}

TEST_F(TenantDirectoryTest, LooksAgainForWhatOnlyTheApplicationKnew) {
  prepare_ = true;
  auto directory = MakeDirectory();
  auto answer = Resolve(directory, {.name = "acme", .host = {}});
  Tenant found = MakeTenant("acme");
  found.schema_version = 0;
  lookups_.AnswerOldest(found);
  prepared_.at(0).done(absl::OkStatus());
  // It was one that is suspended, under another name.
  found.schema_version = 6;
  found.state = TenantState::kSuspended;
  lookups_.AnswerOldest(found);
  prepared_.at(1).done(absl::OkStatus());
  EXPECT_EQ(ReasonOf((*answer)->refusal), v1::ERROR_REASON_TENANT_SUSPENDED);
}

TEST_F(TenantDirectoryTest, RemembersNothingOfASchemaThatIsNotKnown) {
  prepare_ = true;
  auto directory = MakeDirectory();
  Tenant unknown = MakeTenant("acme");
  unknown.state = TenantState::kDeleted;
  unknown.schema_is_known = false;
  auto answer = Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(unknown);
  prepared_[0].done(DatabaseUnavailableError());
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  // Made again once more, meanwhile.
  auto again = Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(unknown);
  prepared_[1].done(absl::OkStatus());
  lookups_.AnswerOldest(unknown);
  EXPECT_EQ(ReasonOf(again->status()), v1::ERROR_REASON_TENANT_NOT_READY);
  Resolve(directory, {.name = "acme", .host = {}});
  EXPECT_EQ(lookups_.held(), 1u);
}

TEST_F(TenantDirectoryTest, RefreshesWhatItRemembers) {
  auto directory = MakeDirectory();
  Resolve(directory, {.name = "acme", .host = {}});
  lookups_.AnswerOldest(MakeTenant("acme"));
  bool refreshed = false;
  directory.Refresh({}, [&] { refreshed = true; });
  EXPECT_TRUE(refreshed);
  refreshed = false;
  directory.Refresh({*SchemaName::Parse("acme"), *SchemaName::Parse("globex")},
                    [&] { refreshed = true; });
  ASSERT_EQ(lookups_.held(), 2u);
  lookups_.AnswerOldest(MakeTenant("acme"));
  EXPECT_FALSE(refreshed);
  lookups_.AnswerOldest(DatabaseUnavailableError());
  EXPECT_TRUE(refreshed) << "whatever has come of it";
}

TEST_F(TenantDirectoryTest, SingleSchemaIsTheTenantWhateverTheHost) {
  auto directory = MakeDirectory(SchemaName::Parse("app"));
  for (const TenantHint& hint : {TenantHint{}, TenantHint{.name = {}, .host = "anything at all"},
                                 TenantHint{.name = "app", .host = {}}}) {
    auto answer = Resolve(directory, hint);
    if (lookups_.held() > 0) lookups_.AnswerOldest(MakeTenant("app"));
    EXPECT_EQ((*answer)->tenant.text(), "app");
    EXPECT_FALSE((*answer)->multitenant);
  }
  ExpectNotFound(Resolve(directory, {.name = "acme", .host = {}}));
  EXPECT_EQ(lookups_.total(), 1u);
}

TEST_F(TenantDirectoryTest, SingleSchemaMayBeSuspendedToo) {
  auto directory = MakeDirectory(SchemaName::Parse("app"));
  Tenant app = MakeTenant("app");
  app.state = TenantState::kSuspended;
  auto answer = Resolve(directory, {});
  lookups_.AnswerOldest(app);
  EXPECT_EQ(ReasonOf((*answer)->refusal), v1::ERROR_REASON_TENANT_SUSPENDED);
}

TEST_F(TenantDirectoryTest, SingleSchemaIsNotReadyBeforeItIsMade) {
  auto directory = MakeDirectory(SchemaName::Parse("app"));
  auto answer = Resolve(directory, {});
  lookups_.AnswerOldest(std::optional<Tenant>());
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_TENANT_NOT_READY);
}

// Names are made up without a credential, and as fast as anybody likes.
TEST_F(TenantDirectoryTest, MadeUpNamesAreLookedUpApartFromTenantsThatAreKnown) {
  Strangers strangers({.turns = {.max_running = 2,
                                 .max_running_of_group = 2,
                                 .max_waiting = 3,
                                 .max_waiting_of_group = 3}},
                      clock_);
  TenantDirectory directory(
      {.cache = {}, .single_schema = std::nullopt, .strangers = &strangers},
      {.by_schema = [this](const SchemaName& schema, auto deadline,
                           auto done) { lookups_.Add(schema.text(), deadline, std::move(done)); },
       .by_domain = nullptr},
      clock_);
  const auto hint = [](const std::string& name) {
    return TenantHint{.name = name, .host = {}, .network = "203.0.113.7"};
  };
  Resolve(directory, hint("acme"));
  lookups_.AnswerOldest(MakeTenant("acme"));
  std::vector<Answer<ResolvedTenant>> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(Resolve(directory, hint(absl::StrCat("made_up_", i))));
  }
  EXPECT_EQ(lookups_.held(), 2u);
  EXPECT_EQ(ReasonOf(answers.back()->status()), v1::ERROR_REASON_OVERLOADED);
  clock_.Advance(absl::Hours(1));
  const auto acme = Resolve(directory, hint("acme"));
  EXPECT_EQ(lookups_.held(), 3u);
  while (lookups_.held() > 0) lookups_.AnswerOldest(std::optional<Tenant>());
  ExpectNotFound(acme);
  for (size_t i = 0; i < 5; ++i) ExpectNotFound(answers[i]);
  EXPECT_EQ(lookups_.total(), 7u);
}

}  // namespace
}  // namespace chatter::identity
