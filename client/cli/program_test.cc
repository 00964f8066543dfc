// The command line, where no server is needed: what is read from where, and what is refused.

#include "client/cli/program.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/report.h"
#include "client/cli/settings.h"

namespace chatter::client::cli {
namespace {

using testing::HasSubstr;

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    for (const char* name : {"CHATTER_ADDRESS", "CHATTER_TENANT", "CHATTER_TOKEN",
                             "CHATTER_ADMIN_KEY_FILE", "CHATTER_TIMEOUT", "CHATTER_TLS",
                             "CHATTER_TLS_CA", "CHATTER_TLS_CERT", "CHATTER_TLS_KEY"}) {
      unsetenv(name);
    }
    setenv("XDG_CONFIG_HOME", testing::TempDir().c_str(), 1);
  }

  // Parses as `chatter` does, with one command `run`.
  Settings Parse(const std::vector<const char*>& arguments) {
    Settings settings;
    CLI::App program("test", "chatter");
    program.fallthrough();
    AddSettings(program, settings);
    program.add_subcommand("run");
    std::vector<const char*> all = {"chatter"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    program.parse(static_cast<int>(all.size()), all.data());
    return settings;
  }

  std::string WriteFile(const std::string& content) {
    std::string name = absl::StrCat(testing::TempDir(), "/program_test.", getpid(), ".toml");
    std::ofstream(name) << content;
    return name;
  }

  int Run(const std::vector<const char*>& arguments) {
    std::vector<const char*> all = {"chatter"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    out_.str("");
    err_.str("");
    return RunProgram(static_cast<int>(all.size()), all.data(), out_, err_);
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ProgramTest, FlagsBeatTheEnvironmentBeatsTheFile) {
  const std::string file =
      WriteFile("tenant = \"of-file\"\ntoken = \"of-file\"\naddress = \"file:1\"\n");
  setenv("CHATTER_TENANT", "of-environment", 1);
  setenv("CHATTER_TOKEN", "of-environment", 1);
  const Settings settings = Parse({"--config", file.c_str(), "--tenant", "of-flag"});
  EXPECT_EQ(settings.client.tenant, "of-flag");
  EXPECT_EQ(settings.client.token, "of-environment");
  EXPECT_EQ(settings.client.address, "file:1");
}

TEST_F(ProgramTest, DefaultsNeedNoFile) {
  const Settings settings = Parse({});
  EXPECT_EQ(settings.client.address, "127.0.0.1:50051");
  EXPECT_EQ(settings.client.timeout, absl::Seconds(10));
  EXPECT_FALSE(settings.json);
  EXPECT_FALSE(settings.client.tls);
}

TEST_F(ProgramTest, TlsIsSetByFlagsAndByTheEnvironment) {
  setenv("CHATTER_TLS_CERT", "cert", 1);
  setenv("CHATTER_TLS_KEY", "key", 1);
  const ClientOptions client = Parse({"--tls", "--tls-ca", "ca"}).client;
  EXPECT_TRUE(client.tls);
  EXPECT_EQ(client.tls_root_certs_file, "ca");
  EXPECT_EQ(client.tls_cert_file, "cert");
  EXPECT_EQ(client.tls_key_file, "key");
  const ClientOptions other = Parse({"--tls-cert", "other cert", "--tls-key", "other key"}).client;
  EXPECT_EQ(other.tls_cert_file, "other cert");
  EXPECT_EQ(other.tls_key_file, "other key");
}

TEST_F(ProgramTest, SettingsMayFollowTheCommand) {
  const Settings settings = Parse({"run", "--json", "--timeout", "250ms", "--tenant=demo"});
  EXPECT_TRUE(settings.json);
  EXPECT_EQ(settings.client.timeout, absl::Milliseconds(250));
  EXPECT_EQ(settings.client.tenant, "demo");
}

TEST_F(ProgramTest, AMisspeltKeyOfTheFileIsRefusedByName) {
  const std::string file = WriteFile("tennant = \"demo\"\n");
  EXPECT_EQ(Run({"health", "--config", file.c_str()}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("tennant"));
}

TEST_F(ProgramTest, AFileThatWasAskedForMustBeThere) {
  EXPECT_EQ(Run({"health", "--config", "/no/such/file"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("/no/such/file"));
}

TEST_F(ProgramTest, AFileThatCannotBeReadIsNamedWithWhy) {
  const std::string empty = WriteFile("");
  for (const auto& [file, why] : {std::pair<std::string, std::string>("/", "it is a directory"),
                                  {"/no/such/file", "No such file or directory"},
                                  {empty, "it is empty"}}) {
    const std::string words = absl::StrCat("can't read the file ", file, ": ", why, "\n");
    EXPECT_EQ(Run({"health", "--tls", "--tls-ca", file.c_str()}), kExitUsage);
    EXPECT_EQ(err_.str(), absl::StrCat("chatter: ", words));
    EXPECT_EQ(Run({"health", "--tls", "--tls-cert", file.c_str(), "--tls-key", "/no"}), kExitUsage);
    EXPECT_EQ(err_.str(), absl::StrCat("chatter: ", words));
    EXPECT_EQ(Run({"tenant", "list", "--admin-key-file", file.c_str()}), kExitUsage);
    EXPECT_EQ(err_.str(), absl::StrCat("chatter: --admin-key-file: ", words));
    EXPECT_EQ(Run({"issuer", "set", "i", "--audience", "a", "--jwks-file", file.c_str(), "--tenant",
                   "demo"}),
              kExitUsage);
    EXPECT_EQ(err_.str(), absl::StrCat("chatter: --jwks-file: ", words));
  }
  EXPECT_EQ(Run({"tenant", "export", "demo", "--output", "/no/such/folder/file"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "chatter: --output: can't write the file /no/such/folder/file: "
            "No such file or directory\n");
}

TEST_F(ProgramTest, UsageErrorsSayWhatIsWrong) {
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_EQ(Run({"no-such-command"}), kExitUsage);
  EXPECT_EQ(Run({"send", "room"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("TEXT"));
  EXPECT_EQ(Run({"health", "--timeout", "soon"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--timeout"));
  EXPECT_EQ(Run({"tail", "room", "--from", "0"}), kExitUsage);
  EXPECT_EQ(Run({"messages", "room", "--before", "1", "--after", "2"}), kExitUsage);
  EXPECT_EQ(Run({"session", "revoke"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--user"));
  EXPECT_EQ(Run({"session", "revoke", "id", "--user", "alice"}), kExitUsage);
  EXPECT_EQ(Run({"session", "revoke", "id", "--device", "phone"}), kExitUsage);
  EXPECT_EQ(Run({"tenant", "list", "--admin-key-file", "/no/such/file"}), kExitUsage);
  EXPECT_EQ(Run({"tenant", "list", "--admin-key-file", "/"}), kExitUsage);
  EXPECT_EQ(Run({"health", "--json", "--nonsense"}), kExitUsage);
  EXPECT_THAT(err_.str(), testing::StartsWith("{\"code\":3,"));
}

TEST_F(ProgramTest, RoomsAndMembersAreRefusedWhereTheyMakeNoSense) {
  EXPECT_EQ(Run({"room", "create", "alice", "--group", "--public"}), kExitUsage);
  EXPECT_EQ(Run({"room", "create", "alice", "--attribute", "color"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("KEY=VALUE"));
  EXPECT_EQ(Run({"room", "create", "alice", "--history", "never"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("since-joined"));
  EXPECT_EQ(Run({"room", "update", "room"}), kExitUsage);
  EXPECT_EQ(Run({"room", "update", "room", "--kind", "direct"}), kExitUsage);
  EXPECT_EQ(Run({"room", "update", "room", "--attribute", "a=b", "--no-attributes"}), kExitUsage);
  EXPECT_EQ(Run({"member", "add", "room"}), kExitUsage);
  EXPECT_EQ(Run({"member", "add", "room", "alice", "--role", "king"}), kExitUsage);
  EXPECT_EQ(Run({"member", "role", "room", "alice"}), kExitUsage);
  EXPECT_EQ(Run({"member", "role", "room", "alice=owner", "bob=king"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("bob=king"));
}

TEST_F(ProgramTest, MessagesAreNamedByRoomAndNumber) {
  EXPECT_EQ(Run({"edit", "room", "last", "text"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("SEQ"));
  EXPECT_EQ(Run({"edit", "room", "1"}), kExitUsage);
  EXPECT_EQ(Run({"delete", "room"}), kExitUsage);
  EXPECT_EQ(Run({"react", "room", "1"}), kExitUsage);
  EXPECT_EQ(Run({"pin", "room"}), kExitUsage);
  EXPECT_EQ(Run({"read"}), kExitUsage);
  EXPECT_EQ(Run({"unread", "room"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("SEQ"));
}

TEST_F(ProgramTest, EveryCommandHasHelpWithExamplesAndExitCodes) {
  const std::vector<std::vector<const char*>> commands = {{"health"},
                                                          {"tenant", "create"},
                                                          {"tenant", "get"},
                                                          {"tenant", "list"},
                                                          {"user", "add"},
                                                          {"user", "get"},
                                                          {"user", "list"},
                                                          {"session", "create"},
                                                          {"session", "list"},
                                                          {"session", "revoke"},
                                                          {"room", "create"},
                                                          {"room", "get"},
                                                          {"room", "list"},
                                                          {"room", "update"},
                                                          {"room", "browse"},
                                                          {"room", "join"},
                                                          {"room", "leave"},
                                                          {"room", "archive"},
                                                          {"room", "unarchive"},
                                                          {"room", "notify"},
                                                          {"room", "mute"},
                                                          {"room", "unmute"},
                                                          {"room", "pin"},
                                                          {"room", "unpin"},
                                                          {"room", "hide"},
                                                          {"room", "unhide"},
                                                          {"member", "list"},
                                                          {"member", "add"},
                                                          {"member", "remove"},
                                                          {"member", "role"},
                                                          {"send"},
                                                          {"messages"},
                                                          {"edit"},
                                                          {"delete"},
                                                          {"react"},
                                                          {"reactions"},
                                                          {"pin"},
                                                          {"pins"},
                                                          {"read"},
                                                          {"unread"},
                                                          {"preferences"},
                                                          {"recipients"},
                                                          {"tail"},
                                                          {"chat"}};
  for (auto command : commands) {
    command.push_back("--help");
    EXPECT_EQ(Run(command), kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("Examples:"));
    EXPECT_THAT(out_.str(), HasSubstr("Exit codes:"));
  }
}

// A text that is the name of a command is a text.
TEST_F(ProgramTest, TextsMayBeNamesOfCommands) {
  EXPECT_EQ(Run({"send", "room", "health", "--address", "127.0.0.1:1", "--timeout", "5s"}),
            kExitUnavailable);
  EXPECT_THAT(err_.str(), HasSubstr("--id"));  // how to repeat it
  EXPECT_EQ(Run({"room", "create", "room", "list", "--address", "127.0.0.1:1"}), kExitUnavailable);
  EXPECT_EQ(err_.str().find("--request-id"), std::string::npos);  // it is found again anyway
  EXPECT_EQ(Run({"room", "create", "--group", "--owner", "list", "list", "--request-id", "r1",
                 "--address", "127.0.0.1:1"}),
            kExitUnavailable);
  EXPECT_THAT(err_.str(), HasSubstr("--request-id r1"));
  EXPECT_EQ(Run({"member", "add", "list", "add", "--address", "127.0.0.1:1"}), kExitUnavailable);
}

TEST_F(ProgramTest, NoServerIsUnavailable) {
  EXPECT_EQ(Run({"health", "--address", "127.0.0.1:1"}), kExitUnavailable);
  EXPECT_EQ(Run({"tail", "room", "--address", "127.0.0.1:1"}), kExitUnavailable);
}

}  // namespace
}  // namespace chatter::client::cli
