#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/report.h"
#include "common/steady_time.h"

namespace chatter::client::cli {
namespace {

struct ExportArguments {
  v1::ExportTenantRequest request;
  std::string file;  // empty: standard output
};

// How many records have come, on a terminal that isn't used for the records themselves.
class ExportProgress {
 public:
  ExportProgress(std::ostream& err, bool shown) : err_(err), shown_(shown) {}

  void Add(int records) {
    count_ += records;
    const SteadyTime now = SteadyTime::Now();
    if (!shown_ || now < next_) return;
    next_ = now + absl::Milliseconds(100);
    err_ << "\r\033[K" << count_ << " records, "
         << static_cast<int64_t>(static_cast<double>(count_) /
                                 absl::ToDoubleSeconds(now - start_ + absl::Milliseconds(1)))
         << "/s" << std::flush;
  }
  void End() const {
    if (shown_) err_ << "\r\033[K" << std::flush;
  }
  int64_t count() const { return count_; }

 private:
  std::ostream& err_;
  const bool shown_;
  const SteadyTime start_ = SteadyTime::Now();
  SteadyTime next_ = start_;
  int64_t count_ = 0;
};

absl::Status WriteRecords(const v1::ExportTenantResponse& page, std::ostream& out) {
  for (const v1::ExportRecord& record : page.records()) {
    const auto json = ToJson(record);
    if (!json.ok()) return json.status();
    out << *json << '\n';
  }
  if (!out.good()) return absl::DataLossError("the export can't be written: is the disk full?");
  return absl::OkStatus();
}

absl::Status ExportTo(const Context& context, const ExportArguments& arguments, std::ostream& out) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  const bool records_on_terminal = arguments.file.empty() && isatty(STDOUT_FILENO) != 0;
  ExportProgress progress(context.err(), on_terminal && !records_on_terminal);
  absl::Status status =
      (*client)->ExportTenant(arguments.request, [&](const v1::ExportTenantResponse& page) {
        progress.Add(page.records_size());
        return WriteRecords(page, out);
      });
  progress.End();
  if (status.ok() && !out.flush().good()) {
    status = absl::DataLossError("the export can't be written: is the disk full?");
  }
  if (status.ok() && !arguments.file.empty()) {
    context.err() << "exported " << progress.count() << " records\n";
  }
  return status;
}

absl::Status Export(const Context& context, const ExportArguments& arguments) {
  if (arguments.file.empty()) return ExportTo(context, arguments, context.out());
  std::ofstream file(arguments.file, std::ios::binary | std::ios::trunc);
  if (!file.is_open()) {
    return UsageError(absl::StrCat("--output: can't write the file ", arguments.file, ": ",
                                   std::generic_category().message(errno)));
  }
  return ExportTo(context, arguments, file);
}

}  // namespace

void AddTenantExportCommand(CLI::App& tenant, Command& command) {
  CLI::App* app = tenant.add_subcommand("export", "Write all of a tenant as lines of JSON");
  auto arguments = std::make_shared<ExportArguments>();
  app->add_option("NAME", *arguments->request.mutable_schema_name(), "The tenant")->required();
  app->add_option("--output", arguments->file, "The file to write (default: standard output)")
      ->type_name("FILE");
  app->footer(
      "The tenant, its users, rooms, members and events, a line each. What is written meanwhile\n"
      "may be in it or not: suspend the tenant first for a picture of one moment.\n"
      "Examples:\n  chatter tenant export demo --output demo.jsonl");
  app->callback([&command, arguments] {
    command = [arguments](const Context& context) { return Export(context, *arguments); };
  });
}

}  // namespace chatter::client::cli
