#include "server/identity/django_session_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>

#include "server/identity/test_fakes.h"
#include "server/model/errors.h"
#include "tests/support/log_lines.h"

namespace chatter::identity {
namespace {

using Found = std::optional<Principal>;
using store::DjangoStore;
using testing::ElementsAre;
using testing::IsEmpty;

// How they were made says django_signing_test.cc; the cookie with the salt of signed cookies.
constexpr char kSecretKey[] = "an application's key";
constexpr char kSession[] =
    ".eJxVjEEOwiAQRe_C2hApU6Z16b5nIAwzSNXQpLQr492VpAvd_vfefykf9i37vcrqZ1YXher0u1GIDykN8D2U26LjUrZ1"
    "Jt0UfdCqp4XleT3cv4Mcam61idILOArWwpDYdDacEWFAtmA6BAJOKZnRjcRWRBiQ6OtEw73DqN4f7yo4ZQ:1r31eq:"
    "wdoJZrb3uW0N95thm4H9DwgbJv0-xODeFBmV5xiKjpI";
constexpr char kSignedCookie[] =
    ".eJxVjEEOwiAQRe_C2hApU6Z16b5nIAwzSNXQpLQr492VpAvd_vfefykf9i37vcrqZ1YXher0u1GIDykN8D2U26LjUrZ1J"
    "t0UfdCqp4XleT3cv4Mcam61idILOArWwpDYdDacEWFAtmA6BAJOKZnRjcRWRBiQ6OtEw73DqN4f7yo4ZQ:1r31eq:8DoZF"
    "h5hY-faVnWHo2vcxQKG5p4wmW7MmYP9aG02ay0";
constexpr char kNobodysSession[] = "eyJhIjoxfQ:1r31eq:pvffL_HJ_niO9PlA2ccRcCm-jcN5Ob6QUQjzqusU0gs";
// The login again, a minute later and with something else beside it; and one of user 8.
constexpr char kSessionLater[] =
    ".eJxVjEEOgjAQRe_StWksHRhg6Z4TGENmOlNBTUkKrIx3FxIWuv3v_fc2Pa3L0K-z5n4U0xo0p9-"
    "NKTw17UAelO6TDVNa8sh2"
    "V-xBZ9tNoq_L4f4FBpqH_e2ClgoVk_dQR3GFpzMi1CgeXIHAIDFG11QNi1dVAWTenOCkrDBs0UB5Me3V3T5fbH87og:"
    "1r31fo:"
    "8qLZ9_0cX63g_cu93FQj-cwawJuFFx6DmbHD84jfEx8";
constexpr char kSessionOfAnother[] =
    ".eJxVjEEOwiAQRe_C2hApU6Au3fcMhGEGqRpISrsy3l1JutDtf-_9l_Bh37LfG69-IXERTpx-"
    "NwzxwaUDuodyqzLWsq0Lyq7IgzY"
    "5V-Ln9XD_DnJoudcq8shgMGgNLpEadDhbC86SBjVYQKCUkprMhKSZmcAifp2oaDQ2ivcH78M4Zg:1r31fo:"
    "G_R_mlw4wvCzHZyJkBmfA7pEqjfUnI1-FZ5AmufQi3A";
constexpr char kPassword[] = "pbkdf2_sha256$x$y$z";
constexpr char kKey[] = "0123456789abcdefghijklmnopqrstuv";

class DjangoSessionAuthenticatorTest : public testing::Test {
 protected:
  using Sessions = std::vector<DjangoStore::KnownSession>;

  DjangoLookups Lookups() {
    return {.find_session =
                [this](const TenantKey& tenant, const std::string& key, SteadyTime deadline,
                       Callback<std::optional<std::string>> done) {
                  sessions_.Add({tenant, key}, deadline, std::move(done));
                },
            .find_user =
                [this](const TenantKey& tenant, const std::string& key, SteadyTime deadline,
                       Callback<std::optional<DjangoStore::User>> done) {
                  users_.Add({tenant, key}, deadline, std::move(done));
                },
            .find_present =
                [this](const TenantKey& tenant, const Sessions& sessions,
                       const std::vector<std::string>& user_keys, SteadyTime deadline,
                       Callback<DjangoStore::Present> done) {
                  present_.Add({tenant, sessions, user_keys}, deadline, std::move(done));
                }};
  }
  Answer<Found> Ask(const std::string& cookie, Credential::Form form = Credential::Form::kCookie) {
    Answer<Found> answer;
    authenticator_.Authenticate(acme_, {form, cookie}, clock_.Steady(), answer.Slot());
    return answer;
  }
  static DjangoStore::User MakeUser() {
    return {.key = "7", .id = "alice", .password = kPassword, .active = true};
  }
  static std::optional<std::string> MakeSession(const char* data = kSession) { return data; }
  // The principal of a session with this key, of a user with this primary key.
  Principal SignIn(const std::string& session_key, const std::string& user_key) {
    auto answer = Ask(session_key);
    sessions_.AnswerOldest(MakeSession());
    DjangoStore::User user = MakeUser();
    user.key = user_key;
    users_.AnswerOldest(user);
    return ***answer;
  }
  static void ExpectInvalid(const Answer<Found>& answer,
                            v1::ErrorReason reason = v1::ERROR_REASON_CREDENTIAL_INVALID) {
    ASSERT_FALSE(answer.pending());
    EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(answer->status()), reason);
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  FakeClock clock_;
  HeldLookups<std::pair<TenantKey, std::string>, std::optional<std::string>> sessions_;
  HeldLookups<std::pair<TenantKey, std::string>, std::optional<DjangoStore::User>> users_;
  HeldLookups<std::tuple<TenantKey, Sessions, std::vector<std::string>>, DjangoStore::Present>
      present_;
  DjangoKeyRing keys_{{kSecretKey}};
  DjangoSessionAuthenticator authenticator_{{.keys = &keys_}, Lookups(), clock_};
};

TEST_F(DjangoSessionAuthenticatorTest, FindsTheUser) {
  auto answer = Ask(kKey);
  EXPECT_EQ(sessions_.oldest().key, std::pair(acme_, std::string(kKey)));
  sessions_.AnswerOldest(MakeSession());
  EXPECT_EQ(users_.oldest().key, std::pair(acme_, std::string("7")));
  users_.AnswerOldest(MakeUser());
  ASSERT_TRUE(answer->ok() && (*answer)->has_value());
  EXPECT_EQ((**answer)->user_id, "alice");
  EXPECT_EQ((**answer)->credential, CredentialKind::kDjangoSession);
  EXPECT_EQ((**answer)->expires_at, absl::InfiniteFuture());
  EXPECT_EQ((**answer)->proof.find(kPassword), std::string::npos);
}

TEST_F(DjangoSessionAuthenticatorTest, ReadsTheKeysOfNow) {
  keys_.Replace({"another key"});
  auto refused = Ask(kKey);
  sessions_.AnswerOldest(MakeSession());
  ExpectInvalid(refused);
  keys_.Replace({"another key", kSecretKey});
  auto found = Ask(kKey);
  sessions_.AnswerOldest(MakeSession());
  users_.AnswerOldest(MakeUser());
  EXPECT_TRUE(found->ok());
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesUnknownSessions) {
  auto answer = Ask(kKey);
  sessions_.AnswerOldest(std::optional<std::string>());
  ExpectInvalid(answer);
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesSessionsOfNobody) {
  auto answer = Ask(kKey);
  sessions_.AnswerOldest(MakeSession(kNobodysSession));
  ExpectInvalid(answer);
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesSessionsThatAreNotSigned) {
  for (const char* data : {"", "e30", "e30:1r31eq:x", kSignedCookie}) {
    auto answer = Ask(kKey);
    sessions_.AnswerOldest(MakeSession(data));
    ExpectInvalid(answer);
  }
  EXPECT_EQ(users_.total(), 0u);
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesUnknownUsers) {
  auto answer = Ask(kKey);
  sessions_.AnswerOldest(MakeSession());
  users_.AnswerOldest(std::optional<DjangoStore::User>());
  ExpectInvalid(answer);
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesAChangedPassword) {
  auto answer = Ask(kKey);
  sessions_.AnswerOldest(MakeSession());
  DjangoStore::User user = MakeUser();
  user.password += "x";
  users_.AnswerOldest(user);
  ExpectInvalid(answer);
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesInactiveUsers) {
  auto answer = Ask(kKey);
  sessions_.AnswerOldest(MakeSession());
  DjangoStore::User user = MakeUser();
  user.active = false;
  users_.AnswerOldest(user);
  ExpectInvalid(answer, v1::ERROR_REASON_USER_DEACTIVATED);
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesUsersWhoseIdsCannotBeUsed) {
  test::LogLines lines;
  for (const std::string& id : {std::string(601, 'x'), std::string("al\nice"), std::string()}) {
    auto answer = Ask(kKey);
    sessions_.AnswerOldest(MakeSession());
    DjangoStore::User user = MakeUser();
    user.id = id;
    users_.AnswerOldest(user);
    ExpectInvalid(answer);
  }
  EXPECT_THAT(lines.Take(), testing::HasSubstr("the user's id isn't"));
}

TEST_F(DjangoSessionAuthenticatorTest, RefusesWhatIsNoKeyWithoutALookup) {
  for (const char* key : {"", "short", "with-a-hyphen", "' OR 1=1 --", "e30:1r31eq:x", "01234567 ",
                          "01234567\xff", "01234567\n"}) {
    ExpectInvalid(Ask(key));
  }
  ExpectInvalid(Ask(std::string(41, 'x')));
  EXPECT_EQ(sessions_.total(), 0u);
}

TEST_F(DjangoSessionAuthenticatorTest, PassesFailuresOn) {
  auto first = Ask(kKey);
  sessions_.AnswerOldest(absl::UnavailableError(""));
  EXPECT_EQ(first->status().code(), absl::StatusCode::kUnavailable);
  auto second = Ask(kKey);
  sessions_.AnswerOldest(MakeSession());
  users_.AnswerOldest(absl::UnavailableError(""));
  EXPECT_EQ(second->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(DjangoSessionAuthenticatorTest, LeavesOtherCredentialsToOthers) {
  EXPECT_FALSE((*Ask(kKey, Credential::Form::kBearer))->has_value());
  EXPECT_FALSE((*Ask(kKey, Credential::Form::kCertificate))->has_value());
}

TEST_F(DjangoSessionAuthenticatorTest, IsOfNoUseWithoutATenant) {
  Answer<Found> answer;
  authenticator_.Authenticate(std::nullopt, {Credential::Form::kCookie, kKey}, clock_.Steady(),
                              answer.Slot());
  EXPECT_EQ(ReasonOf(answer->status()), v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  EXPECT_EQ(sessions_.total(), 0u);
}

TEST_F(DjangoSessionAuthenticatorTest, ReadsSignedCookies) {
  DjangoSessionAuthenticator authenticator(
      {.keys = &keys_, .signed_cookies = true, .max_age = absl::Hours(2)}, Lookups(), clock_);
  const auto ask = [&](const std::string& cookie) {
    Answer<Found> answer;
    authenticator.Authenticate(acme_, {Credential::Form::kCookie, cookie}, clock_.Steady(),
                               answer.Slot());
    return answer;
  };
  auto answer = ask(kSignedCookie);
  users_.AnswerOldest(MakeUser());
  ASSERT_TRUE(answer->ok() && (*answer)->has_value());
  EXPECT_EQ((**answer)->user_id, "alice");
  EXPECT_EQ((**answer)->expires_at, absl::FromUnixSeconds(1'700'000'000) + absl::Hours(2));
  ExpectInvalid(ask(kSession));  // the salt of the other kind
  ExpectInvalid(ask(kKey));
  EXPECT_EQ(sessions_.total(), 0u);

  Answer<std::vector<size_t>> gone;
  authenticator.Recheck(acme_, {***answer}, clock_.Steady(), gone.Slot());
  EXPECT_THAT(std::get<1>(present_.oldest().key), IsEmpty());
  present_.AnswerOldest(DjangoStore::Present{.sessions = {}, .passwords = {{"7", kPassword}}});
  EXPECT_THAT(**gone, IsEmpty());
}

TEST_F(DjangoSessionAuthenticatorTest, SaysInTheLogWhichCheckRefuses) {
  test::LogLines lines;
  const auto expect = [&](const std::string& check) {
    EXPECT_EQ(lines.Take(),
              "info a sign-in is refused: credential=django_session tenant=acme check=\"" + check +
                  "\"\n");
  };
  Ask("\"" + std::string(kKey));
  expect("the cookie is no session's key");
  Ask(kSignedCookie);
  expect("the cookie is a signed session, not the key of a stored one");
  Ask(kKey);
  sessions_.AnswerOldest(std::optional<std::string>());
  expect("there is no such session, or it has expired");
  Ask(kKey);
  sessions_.AnswerOldest(MakeSession(kSignedCookie));
  expect("the session isn't signed with any of the secret keys, or is too long");
  Ask(kKey);
  sessions_.AnswerOldest(MakeSession(kNobodysSession));
  expect("nobody is signed in by the session");
  const auto ask_with_user = [&](std::optional<DjangoStore::User> user) {
    Ask(kKey);
    sessions_.AnswerOldest(MakeSession());
    users_.AnswerOldest(std::move(user));
  };
  ask_with_user(std::nullopt);
  expect("there is no such user");
  DjangoStore::User user = MakeUser();
  user.active = false;
  ask_with_user(user);
  expect("the user isn't active");
  user.password += "x";
  ask_with_user(user);
  expect("the session's hash isn't that of the user's password");
  ask_with_user(MakeUser());
  EXPECT_EQ(lines.Take(), "");
}

TEST_F(DjangoSessionAuthenticatorTest, SaysInTheLogWhichCheckRefusesASignedCookie) {
  test::LogLines lines;
  const DjangoSessionOptions options{
      .keys = &keys_, .signed_cookies = true, .max_age = absl::Hours(2)};
  DjangoSessionAuthenticator authenticator(options, Lookups(), clock_);
  const auto check_of = [&](const std::string& cookie) {
    Answer<Found> answer;
    authenticator.Authenticate(acme_, {Credential::Form::kCookie, cookie}, clock_.Steady(),
                               answer.Slot());
    ExpectInvalid(answer);
    const std::string line = lines.Take();
    return line.substr(std::min(line.size(), line.find("check=")));
  };
  EXPECT_EQ(check_of(kKey),
            "check=\"the cookie is the key of a stored session, not a signed session\"\n");
  EXPECT_EQ(check_of(kSession),
            "check=\"the session isn't signed with any of the secret keys, or is too long\"\n");
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(check_of(kSignedCookie), "check=\"the session has expired\"\n");
}

TEST_F(DjangoSessionAuthenticatorTest, RechecksAllInOneLookup) {
  const std::vector<Principal> held = {SignIn("present1", "7"), SignIn("loggedout", "7"),
                                       SignIn("changedpw", "8"), SignIn("deleteduser", "9"),
                                       SignIn("present2", "10")};
  Answer<std::vector<size_t>> gone;
  authenticator_.Recheck(acme_, held, clock_.Steady(), gone.Slot());
  ASSERT_EQ(present_.held(), 1u);
  const Sha256Digest digest = Sha256(kSession);
  EXPECT_THAT(std::get<1>(present_.oldest().key),
              ElementsAre(DjangoStore::KnownSession{"present1", digest},
                          DjangoStore::KnownSession{"loggedout", digest},
                          DjangoStore::KnownSession{"changedpw", digest},
                          DjangoStore::KnownSession{"deleteduser", digest},
                          DjangoStore::KnownSession{"present2", digest}));
  EXPECT_THAT(std::get<2>(present_.oldest().key), ElementsAre("7", "7", "8", "9", "10"));
  present_.AnswerOldest(DjangoStore::Present{
      .sessions = {{0, std::nullopt}, {2, std::nullopt}, {3, std::nullopt}, {4, std::nullopt}},
      .passwords = {{"7", kPassword}, {"8", "new"}, {"10", kPassword}}});
  EXPECT_THAT(**gone, ElementsAre(1, 2, 3));
}

TEST_F(DjangoSessionAuthenticatorTest, RechecksWhatASessionHoldsByNow) {
  const std::vector<Principal> held = {SignIn("savedagain", "7"), SignIn("cleared1", "7"),
                                       SignIn("another1", "7"), SignIn("notsigned", "7")};
  Answer<std::vector<size_t>> gone;
  authenticator_.Recheck(acme_, held, clock_.Steady(), gone.Slot());
  present_.AnswerOldest(DjangoStore::Present{.sessions = {{0, kSessionLater},
                                                          {1, kNobodysSession},
                                                          {2, kSessionOfAnother},
                                                          {3, kSignedCookie}},
                                             .passwords = {{"7", kPassword}, {"8", kPassword}}});
  EXPECT_THAT(**gone, ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace chatter::identity
