#include "server/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/test_certificates.h"

namespace chatter::config {
namespace {

using testing::HasSubstr;

constexpr char kUrl[] = "postgresql://localhost/chatter";

class ConfigTest : public testing::Test {
 protected:
  absl::StatusOr<CommandLine> Parse(std::vector<const char*> args) {
    args.insert(args.begin(), "chatterd");
    return ParseCommandLine(static_cast<int>(args.size()), args.data(),
                            [this](const std::string& name) -> std::optional<std::string> {
                              const auto found = environment_.find(name);
                              if (found == environment_.end()) return std::nullopt;
                              return found->second;
                            });
  }

  // The error, of one line, that the arguments lead to.
  std::string ErrorOf(const std::vector<const char*>& args) {
    const auto parsed = Parse(args);
    if (parsed.ok()) return "";
    std::string message(parsed.status().message());
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }

  std::string Write(const std::string& content) {
    std::string path = absl::StrCat(testing::TempDir(), "/config_test.", getpid(), ".", ++files_);
    std::ofstream(path) << content;
    return path;
  }

  std::map<std::string, std::string> environment_;
  int files_ = 0;
};

TEST_F(ConfigTest, ADirectoryIsNoFile) {
  EXPECT_THAT(ErrorOf({"--config", "/", "--database-url", kUrl}), HasSubstr("/ is a directory"));
  EXPECT_TRUE(Parse({"--config", Write("").c_str(), "--database-url", kUrl}).ok());
}

TEST_F(ConfigTest, TheOneSchemaMayHaveAnyNameOfATenant) {
  const std::string file = Write("single-schema = my tenant\n");
  const auto parsed = Parse({"--config", file.c_str(), "--database-url", kUrl});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.single_schema, SchemaName::Parse("my tenant"));
  const auto restored =
      Parse({"migrate", "--database-url", kUrl, "--restored", "a b", "--restored", "\u00fcnal"});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->restored,
            (std::vector{*SchemaName::Parse("a b"), *SchemaName::Parse("\u00fcnal")}));
}

TEST_F(ConfigTest, ReadsTheBoundsOfConnections) {
  const auto parsed =
      Parse({"--database-url", kUrl, "--max-connections", "500", "--max-connections-per-address",
             "20", "--idle-connection-time", "90s", "--insecure"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.max_connections, 500);
  EXPECT_EQ(parsed->config.max_connections_per_address, 20);
  EXPECT_EQ(parsed->config.idle_connection_time, absl::Seconds(90));
  EXPECT_TRUE(parsed->config.insecure);
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--max-connections", "0"}),
              HasSubstr("--max-connections must be"));
}

TEST_F(ConfigTest, ServesWithDefaults) {
  const auto parsed = Parse({"--database-url", kUrl});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->command, Command::kServe);
  EXPECT_EQ(parsed->config.listen, "127.0.0.1:50051");
  EXPECT_EQ(parsed->config.ops_listen, "");
  EXPECT_EQ(parsed->config.heartbeat_interval, absl::Seconds(30));
  EXPECT_TRUE(parsed->config.prepared_statements);
  EXPECT_FALSE(parsed->config.admin_key_digest.has_value());
}

TEST_F(ConfigTest, TakesSettingsBehindTheCommand) {
  const auto parsed =
      Parse({"migrate", "--database-url", kUrl, "--single-schema", "acme", "--log-level", "warn"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->command, Command::kMigrate);
  EXPECT_EQ(parsed->config.single_schema, SchemaName::Parse("acme"));
  EXPECT_EQ(parsed->config.log_level, spdlog::level::warn);
}

TEST_F(ConfigTest, TakesTheTenantsThatWereRestored) {
  const auto parsed =
      Parse({"migrate", "--restored", "acme", "--restored", "globex", "--database-url", kUrl});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->restored,
            (std::vector{*SchemaName::Parse("acme"), *SchemaName::Parse("globex")}));
  EXPECT_FALSE(Parse({"migrate", "--restored", "No!", "--database-url", kUrl}).ok());
}

TEST_F(ConfigTest, PrefersFlagsToTheEnvironmentAndThatToTheFile) {
  const std::string file = Write(
      "# Where\n\n  listen = \"1.1.1.1:1\"\ndatabase-connections = 7\nworkers=3\n"
      "database-url = host=db password=a#b c\nno-prepared-statements = true\n");
  environment_["CHATTERD_CONFIG"] = file;
  environment_["CHATTERD_LISTEN"] = "2.2.2.2:2";
  environment_["CHATTERD_DATABASE_CONNECTIONS"] = "8";
  environment_["CHATTERD_WORKERS"] = "";  // as if not set
  environment_["CHATTERD_SERVICE_HOST"] = "somebody else's";
  const auto parsed = Parse({"--listen", "3.3.3.3:3"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.listen, "3.3.3.3:3");
  EXPECT_EQ(parsed->config.database_connections, 8);
  EXPECT_EQ(parsed->config.workers, 3);
  EXPECT_EQ(parsed->config.database_url, "host=db password=a#b c");
  EXPECT_FALSE(parsed->config.prepared_statements);
}

TEST_F(ConfigTest, ChecksWhatTokensAreVerifiedWith) {
  const std::string directory = testing::TempDir();
  const auto parsed =
      Parse({"--database-url", kUrl, "--jwks-directory", directory.c_str(), "--jwt-leeway", "10s"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.jwks_directory, directory);
  EXPECT_EQ(parsed->config.jwt_leeway, absl::Seconds(10));
  EXPECT_EQ(Parse({"--database-url", kUrl})->config.jwt_leeway, absl::Minutes(1));
  EXPECT_FALSE(Parse({"--database-url", kUrl, "--jwks-directory", "/no/such"}).ok());
  EXPECT_FALSE(Parse({"--database-url", kUrl, "--jwt-leeway", "6m"}).ok());
}

TEST_F(ConfigTest, KeepsTheDigestOfTheKeyOnly) {
  const std::string key(32, 'k');
  const std::string file = Write(key + " \n\n");
  const auto parsed = Parse({"--database-url", kUrl, "--admin-key-file", file.c_str()});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.admin_key_digest, Sha256(key));
  const std::string short_file = Write(std::string(31, 'k') + "\n");
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--admin-key-file", short_file.c_str()}),
              HasSubstr("--admin-key-file"));
}

TEST_F(ConfigTest, TakesCertificateAndKeyTogether) {
  const test::TestCertificate authority = test::MakeAuthority("an authority");
  const test::TestCertificate server = test::MakeCertificate(authority, "DNS:localhost");
  const std::string certificate = Write(server.certificate);
  const std::string key = Write(server.key);
  const std::string ca = Write(authority.certificate);
  const auto parsed = Parse({"--database-url", kUrl, "--tls-cert-file", certificate.c_str(),
                             "--tls-key-file", key.c_str(), "--tls-client-ca-file", ca.c_str()});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.tls.certificate, certificate);
  EXPECT_EQ(parsed->config.tls.key, key);
  EXPECT_EQ(parsed->config.tls.client_ca, ca);
  EXPECT_FALSE(Parse({"--database-url", kUrl})->config.tls.enabled());

  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--tls-cert-file", certificate.c_str()}),
              HasSubstr("together"));
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--tls-key-file", key.c_str()}),
              HasSubstr("together"));
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--tls-client-ca-file", ca.c_str()}),
              HasSubstr("--tls-client-ca-file needs"));
}

TEST_F(ConfigTest, RefusesWhatIsNoCertificateOrNotItsKey) {
  const test::TestCertificate authority = test::MakeAuthority("an authority");
  const test::TestCertificate server = test::MakeCertificate(authority, "DNS:localhost");
  const std::string certificate = Write(server.certificate);
  const std::string key = Write(server.key);
  const std::string other_key = Write(authority.key);
  const std::string encrypted_key = Write(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAwAA==\n-----END ENCRYPTED PRIVATE KEY-----\n");
  const std::string empty = Write("");
  const auto error_of = [&](const std::string& cert_file, const std::string& key_file) {
    return ErrorOf({"--database-url", kUrl, "--tls-cert-file", cert_file.c_str(), "--tls-key-file",
                    key_file.c_str()});
  };
  EXPECT_EQ(error_of(certificate, key), "");
  EXPECT_THAT(error_of(certificate, other_key), HasSubstr("--tls-key-file must be the key of"));
  for (const std::string& wrong : {certificate, encrypted_key, empty, std::string("/nowhere")}) {
    EXPECT_THAT(error_of(certificate, wrong), HasSubstr("--tls-key-file must be")) << wrong;
  }
  for (const std::string& wrong : {key, empty, std::string("/nowhere"), testing::TempDir()}) {
    EXPECT_THAT(error_of(wrong, key), HasSubstr("--tls-cert-file must be")) << wrong;
    EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--tls-client-ca-file", wrong.c_str()}),
                HasSubstr("--tls-client-ca-file must be"))
        << wrong;
  }
  environment_["CHATTERD_TLS_CERT_FILE"] = empty;
  EXPECT_THAT(ErrorOf({"--database-url", kUrl}), HasSubstr("CHATTERD_TLS_CERT_FILE must be"));
}

TEST_F(ConfigTest, TakesTheTablesOfDjangoTenantsTogether) {
  const auto parsed =
      Parse({"--database-url", kUrl, "--django-tenant-table", "public.customers_client",
             "--django-domain-table", "public.customers_domain"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.django_tenant_table->Quoted(), "\"public\".\"customers_client\"");
  EXPECT_EQ(parsed->config.django_domain_table->Quoted(), "\"public\".\"customers_domain\"");
  EXPECT_EQ(parsed->config.django_tenant_key_column.text(), "id");
  EXPECT_EQ(Parse({"--database-url", kUrl, "--django-tenant-key-column", "uuid"})
                ->config.django_tenant_key_column.text(),
            "uuid");
  for (const char* flag : {"--django-tenant-table", "--django-domain-table"}) {
    EXPECT_THAT(ErrorOf({"--database-url", kUrl, flag, "public.customers"}), HasSubstr("together"));
  }
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--django-tenant-table", "public.a",
                       "--django-domain-table", "public.b", "--single-schema", "acme"}),
              HasSubstr("--single-schema"));
}

TEST_F(ConfigTest, PathsInAFileCountFromItsFolder) {
  const std::string key = Write(std::string(32, 'k'));
  const std::string name = key.substr(key.rfind('/') + 1);
  const std::string relative = Write("admin-key-file = " + name);
  const std::string absolute = Write("admin-key-file = " + key);
  for (const std::string& file : {relative, absolute}) {
    const auto parsed = Parse({"--database-url", kUrl, "--config", file.c_str()});
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->config.admin_key_digest, Sha256(std::string(32, 'k')));
  }
  // Others count from where the server is started.
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--admin-key-file", name.c_str()}),
              HasSubstr("--admin-key-file must be"));
}

TEST_F(ConfigTest, TrustsNoProxiesUnlessTold) {
  EXPECT_FALSE(Parse({"--database-url", kUrl})->config.trusted_proxies.Trusts("ipv4:127.0.0.1:1"));
  const auto parsed = Parse({"--database-url", kUrl, "--trusted-proxies", "127.0.0.0/8, unix"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_TRUE(parsed->config.trusted_proxies.Trusts("ipv4:127.0.0.1:1"));
  EXPECT_THAT(ErrorOf({"--database-url", kUrl, "--trusted-proxies", "::1,10.0.0.1/8"}),
              HasSubstr("10.0.0.1/8"));
}

TEST_F(ConfigTest, ReadsDjangosKeys) {
  const std::string file = Write("the key\r\n\nan older one\n");
  const std::vector<const char*> base = {"--database-url", kUrl, "--django-secret-key-file"};
  auto args = base;
  args.push_back(file.c_str());
  EXPECT_THAT(ErrorOf(args), HasSubstr("--user-table"));
  args.insert(args.end(), {"--user-table", "public.auth_user", "--user-active-column", "none",
                           "--django-sessions", "signed_cookies"});
  const auto parsed = Parse(args);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->config.django_secret_keys, testing::ElementsAre("the key", "an older one"));
  EXPECT_EQ(parsed->config.user_table->Quoted(), "\"public\".\"auth_user\"");
  EXPECT_FALSE(parsed->config.user_active_column.has_value());
  EXPECT_TRUE(parsed->config.django_signed_cookies);
  args = base;
  const std::string empty = Write("\n\n");
  args.push_back(empty.c_str());
  EXPECT_THAT(ErrorOf(args), HasSubstr("SECRET_KEY"));
}

TEST_F(ConfigTest, NamesTheSettingThatIsWrong) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("--database-url"));
  EXPECT_THAT(ErrorOf({"--bogus"}), HasSubstr("--bogus"));
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"--listen", "localhost"},
      {"--listen", "localhost:65536"},
      {"--ops-listen", ":1"},
      {"--metrics-listen", ":1"},
      {"--heartbeat-interval", "5"},
      {"--drain-grace", "-1s"},
      {"--database-connections", "0"},
      {"--single-schema", "public"},
      {"--log-level", "off"},
      {"--admin-key-file", "/nowhere"},
      {"--admin-key-file", "/"},
      {"--trusted-proxies", "localhost"},
      {"--django-tenant-table", "customers_client"},
      {"--django-domain-table", "public.customers-domain"},
      {"--user-table", "a.b.c"},
      {"--user-table", "auth-user"},
      {"--user-id-column", "id; --"},

      {"--user-active-column", "1st"},
      {"--django-sessions", "cache"},
      {"--django-session-table", "\"x\""},
      {"--django-session-cookie", "a b"},
      {"--django-session-max-age", "0s"},
      {"--django-secret-key-file", "/nowhere"}};
  for (const auto& [flag, value] : wrong) {
    EXPECT_THAT(ErrorOf({"--database-url", kUrl, flag, value}), HasSubstr(flag)) << value;
  }
  environment_["CHATTERD_WORKERS"] = "many";
  EXPECT_THAT(ErrorOf({"--database-url", kUrl}), HasSubstr("CHATTERD_WORKERS"));
}

TEST_F(ConfigTest, NamesThePlaceInTheFileThatIsWrong) {
  const std::string unknown = Write("listen = a:1\nlisen = b:1\n");
  EXPECT_THAT(ErrorOf({"--config", unknown.c_str()}), HasSubstr(unknown + ":2: lisen"));
  const std::string twice = Write("listen = a:1\nlisten = b:1\n");
  EXPECT_THAT(ErrorOf({"--config", twice.c_str()}), HasSubstr(":2: listen is set twice"));
  const std::string bad = Write("workers = -1\n");
  EXPECT_THAT(ErrorOf({"--config", bad.c_str()}), HasSubstr(":1: workers must be"));
  EXPECT_THAT(ErrorOf({"--config", "/nowhere"}), HasSubstr("/nowhere"));
}

// As the middleware in another program is told.
TEST_F(ConfigTest, ReadsSettingsWithoutACommandLine) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "CHATTERD_DATABASE_URL") return kUrl;
    if (name == "CHATTERD_JWT_LEEWAY") return "10s";
    return std::nullopt;
  };
  const auto read = ReadSettings({{"jwt-leeway", "20s"}}, environment);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->database_url, kUrl);
  EXPECT_EQ(read->jwt_leeway, absl::Seconds(20));
  const auto message = [&](const std::string& name, const std::string& value) {
    return std::string(ReadSettings({{name, value}}, environment).status().message());
  };
  EXPECT_THAT(message("jwt-leewy", "1s"), HasSubstr("jwt-leewy is not a setting"));
  EXPECT_THAT(message("jwt-leeway", "1h"), HasSubstr("--jwt-leeway must be"));
}

TEST_F(ConfigTest, ShowsHelpAndVersion) {
  for (const char* flag : {"--help", "--version"}) {
    const auto parsed = Parse({flag});
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->command, Command::kShowText);
    EXPECT_THAT(parsed->text, HasSubstr("chatterd"));
  }
}

}  // namespace
}  // namespace chatter::config
