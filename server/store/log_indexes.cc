#include "server/store/log_indexes.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/base/log_text.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

// Until the transaction ends. false: another session has it.
absl::StatusOr<bool> TryLock(postgres::BlockingSession& session) {
  const auto rows = session.Query(sql::kTryLogIndexLock);
  if (!rows.ok()) return rows.status();
  return (*rows)[0][0] == "t";
}

postgres::TenantSql CreateSql(std::string_view index) {
  return index == "chatter_event_message" ? sql::kCreateMessageIndex : sql::kCreateMentionIndex;
}

// Each statement is a transaction of its own: none that makes or drops an index while others write
// can be part of a larger one.
absl::Status MakeIn(postgres::BlockingSession& session, const SchemaName& tenant,
                    const std::string& index, bool begun) {
  session.SetBound(absl::InfiniteDuration());  // a large log takes hours
  if (begun) {
    absl::Status dropped = session.Execute(
        absl::StrReplaceAll(postgres::RenderSql(sql::kDropIndex, tenant), {{"{index}", index}}));
    if (!dropped.ok()) return dropped;
  }
  return session.Execute(postgres::RenderSql(CreateSql(index), tenant));
}

}  // namespace

absl::StatusOr<std::vector<LogIndexes::Missing>> LogIndexes::Find(
    postgres::BlockingSession& session) const {
  const auto rows = session.Query(sql::kFindMissingLogIndexes, {absl::StrCat(tenant_version_)});
  if (!rows.ok()) return rows.status();
  std::vector<Missing> missing;
  for (const postgres::BlockingSession::Row& row : *rows) {
    const auto tenant = SchemaName::Parse(row[0].value_or(""));
    if (tenant.has_value()) missing.push_back({*tenant, row[1].value_or(""), row[2] == "t"});
  }
  return missing;
}

// Hours may have gone by since it was found, and another index may have its name by now. Lets go of
// the snapshot, for whose end whoever makes an index waits.
absl::StatusOr<bool> LogIndexes::IsStillMissing(postgres::BlockingSession& session,
                                                const Missing& missing) const {
  const auto now = Find(session);
  if (!now.ok()) return now.status();
  absl::Status let_go = session.Execute(sql::kLetGoOfSnapshot);
  if (!let_go.ok()) return let_go;
  return std::find(now->begin(), now->end(), missing) != now->end();
}

absl::Status LogIndexes::Make(const Missing& missing) const {
  absl::Status made =
      sessions_.Run("the making of an index for " + missing.tenant.text(),
                    [&](postgres::BlockingSession& session) {
                      return MakeIn(session, missing.tenant, missing.index, missing.begun);
                    });
  if (made.ok())
    spdlog::info("index made: tenant={} {}", LogField(missing.tenant.text()), missing.index);
  return made;
}

absl::StatusOr<int> LogIndexes::Run() const {
  int made = 0;
  // One session holds the lock, another one does the work.
  absl::Status run = sessions_.Run("the search for indexes to make",
                                   [&](postgres::BlockingSession& holder) -> absl::Status {
                                     return holder.InTransaction([&]() -> absl::Status {
                                       const auto locked = TryLock(holder);
                                       if (!locked.ok() || !*locked) return locked.status();
                                       const auto missing = Find(holder);
                                       if (!missing.ok()) return missing.status();
                                       for (const Missing& index : *missing) {
                                         const auto still = IsStillMissing(holder, index);
                                         if (!still.ok()) return still.status();
                                         if (*still && Make(index).ok()) ++made;
                                       }
                                       return absl::OkStatus();
                                     });
                                   });
  if (!run.ok()) return run;
  return made;
}

}  // namespace chatter::store
