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
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
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

  int RunWords(const std::vector<std::string>& words, const char* last) {
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    arguments.push_back(last);
    return Run(arguments);
  }

  // Those that do something, as --help lists them.
  std::vector<std::vector<std::string>> CommandPaths(const std::vector<std::string>& above = {}) {
    RunWords(above, "--help");
    std::vector<std::vector<std::string>> paths;
    const std::vector<std::string> parts = absl::StrSplit(out_.str(), "\nSubcommands:\n");
    if (parts.size() < 2) return {above};
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(parts[1], '\n'))) {
      if (!line.starts_with("  ")) break;
      if (line[2] == ' ') continue;  // more of a description
      std::vector<std::string> path = above;
      path.push_back(line.substr(2, line.find(' ', 2) - 2));
      for (auto& below : CommandPaths(path)) paths.push_back(std::move(below));
    }
    return paths;
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
  EXPECT_EQ(err_.str(), absl::StrCat("chatter: the file ", file,
                                     " has 'tennant', which is no setting: did you mean 'tenant'? "
                                     "(see 'chatter health --help')\n"));
}

TEST_F(ProgramTest, AFileThatWasAskedForMustBeThere) {
  EXPECT_EQ(Run({"health", "--config", "/no/such/file"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("/no/such/file: No such file or directory"));
}

TEST_F(ProgramTest, AFileThatCannotBeReadIsNamedWithWhy) {
  EXPECT_EQ(Run({"health", "--config", "/"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--config: can't read the file /: it is a directory"));
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

TEST_F(ProgramTest, AMistypedCommandIsNamedWithTheNearestThatExists) {
  EXPECT_EQ(Run({"rom", "list"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "chatter: there is no command 'chatter rom': did you mean 'chatter room'? "
            "(see 'chatter --help')\n");
  EXPECT_EQ(Run({"room", "lst"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "chatter: there is no command 'chatter room lst': did you mean 'chatter room list'? "
            "(see 'chatter room --help')\n");
  EXPECT_EQ(Run({"service", "key", "revok", "--json"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean 'chatter service key revoke'?"));
  EXPECT_EQ(Run({"settings", "st", "--json"}), kExitUsage);  // which needs no command
  EXPECT_THAT(err_.str(), HasSubstr("did you mean 'chatter settings set'?"));
  EXPECT_EQ(Run({"xyzzy"}), kExitUsage);
  EXPECT_EQ(err_.str(), "chatter: there is no command 'chatter xyzzy' (see 'chatter --help')\n");
}

TEST_F(ProgramTest, AMistypedCommandIsNamedWhereItsHelpIsAskedFor) {
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"room", "lst", "--help"}, {"help", "room", "lst"}}) {
    EXPECT_EQ(Run(arguments), kExitUsage);
    EXPECT_THAT(err_.str(), HasSubstr("did you mean 'chatter room list'?"));
    EXPECT_EQ(out_.str(), "");
  }
}

TEST_F(ProgramTest, AMistypedOptionIsNamedWithTheNearestThatExists) {
  EXPECT_EQ(Run({"room", "list", "--tennant", "demo"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "chatter: 'chatter room list' has no option '--tennant': did you mean '--tenant'? "
            "(see 'chatter room list --help')\n");
  EXPECT_EQ(Run({"--tennant=demo", "room", "list"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean '--tenant'?"));
  EXPECT_EQ(Run({"--tennant", "demo", "rom", "list"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean '--tenant'?"));
  // What is required was given under a wrong name; and it belongs to a group.
  EXPECT_EQ(Run({"issuer", "set", "id", "--audiense", "a", "--jwks-url", "b"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean '--audience'?"));
  EXPECT_EQ(Run({"issuer", "set", "id", "--audience", "a", "--jwks-url", "b"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean '--jwks-uri'?"));
  EXPECT_EQ(Run({"room", "list", "--xyzzy"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("has no option '--xyzzy' (see 'chatter room list --help')"));
}

TEST_F(ProgramTest, ATextWithoutQuotesIsShownWithThem) {
  EXPECT_EQ(Run({"send", "room", "hello", "big", "world", "--json"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("a text with spaces needs quotes: 'hello big world'"));
  EXPECT_EQ(Run({"edit", "room", "1", "it's", "me"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "chatter: a text with spaces needs quotes: \"it's me\" (see 'chatter edit --help')\n");
  EXPECT_EQ(Run({"search", "red", "apples", "--room", "room"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("quotes: 'red apples'"));
  EXPECT_EQ(Run({"react", "room", "1", "thumbs", "up"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("quotes: 'thumbs up'"));
  EXPECT_EQ(Run({"tenant", "suspend", "demo", "--reason", "It", "is", "over"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("quotes: --reason 'It is over'"));
  EXPECT_EQ(Run({"user", "add", "alice", "--name", "Alice", "Liddell"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("quotes: --name 'Alice Liddell'"));
}

TEST_F(ProgramTest, AWordTooManyIsNamedWhereThereIsNoText) {
  EXPECT_EQ(Run({"room", "get", "one", "two"}), kExitUsage);
  EXPECT_EQ(err_.str(),
            "chatter: 'chatter room get' takes no 'two' (see 'chatter room get --help')\n");
  EXPECT_EQ(Run({"service", "key", "create", "shop", "--ttl", "1h", "30m"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("takes no '30m'"));
}

TEST_F(ProgramTest, ATextThatBeginsWithAHyphenNeedsTwo) {
  EXPECT_EQ(Run({"send", "room", "-world"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("before a text that begins with -, put --"));
}

TEST_F(ProgramTest, UsageErrorsPointToTheHelpOfTheCommand) {
  EXPECT_EQ(Run({"service", "key", "create"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("(see 'chatter service key create --help')"));
  EXPECT_EQ(Run({"messages", "room", "--limit", "0"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("(see 'chatter messages --help')"));
}

TEST_F(ProgramTest, WithoutACommandTheHelpGoesToStandardError) {
  EXPECT_EQ(Run({}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("Usage: chatter "));
  EXPECT_EQ(Run({"service", "key"}), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("Usage: chatter service key "));
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(Run({"room", "--json"}), kExitUsage);
  EXPECT_THAT(err_.str(), testing::StartsWith("{\"code\":3,\"message\":\"'chatter room' needs a"));
  EXPECT_EQ(Run({"--timeout", "soon"}), kExitUsage);
  EXPECT_THAT(err_.str(), testing::StartsWith("chatter: --timeout: "));
}

TEST_F(ProgramTest, HelpIsACommandToo) {
  EXPECT_EQ(Run({"--help"}), kExitOk);
  const std::string of_all = out_.str();
  EXPECT_EQ(Run({"help"}), kExitOk);
  EXPECT_EQ(out_.str(), of_all);
  EXPECT_EQ(Run({"room", "list", "--help"}), kExitOk);
  const std::string of_list = out_.str();
  EXPECT_EQ(Run({"help", "room", "list"}), kExitOk);
  EXPECT_EQ(out_.str(), of_list);
  EXPECT_EQ(Run({"help", "help"}), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("chatter help room"));
}

TEST_F(ProgramTest, TheVersionIsThatOfTheProject) {
  EXPECT_EQ(Run({"--version"}), kExitOk);
  EXPECT_THAT(out_.str(), testing::MatchesRegex("chatter [0-9]+\\.[0-9]+\\.[0-9]+\n"));
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

TEST_F(ProgramTest, EveryCommandHasHelpWithExamplesOfItsOwn) {
  const auto paths = CommandPaths();
  EXPECT_GT(paths.size(), 60U);
  for (const std::vector<std::string>& path : paths) {
    const std::string words = absl::StrJoin(path, " ");
    EXPECT_EQ(RunWords(path, "--help"), kExitOk);
    EXPECT_THAT(out_.str(), HasSubstr("Exit codes:")) << words;
    EXPECT_THAT(out_.str(), testing::ContainsRegex(absl::StrCat("Examples?:\n.*chatter ", words)))
        << words;
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

// A token that is shown once would be lost, and nobody the wiser.
TEST_F(ProgramTest, WhatCannotBeWrittenIsAFailure) {
  std::ostream full(nullptr);
  for (const char* argument : {"--version", "--help"}) {
    std::ostringstream errors;
    const char* const all[] = {"chatter", argument};
    EXPECT_EQ(RunProgram(2, all, full, errors), 1) << argument;
    EXPECT_THAT(errors.str(), HasSubstr("can't write to standard output"));
  }
}

}  // namespace
}  // namespace chatter::client::cli
