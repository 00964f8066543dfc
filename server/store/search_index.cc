#include "server/store/search_index.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/base/log_text.h"
#include "server/postgres/schema_guard.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

using Rows = std::vector<postgres::BlockingSession::Row>;

// Until the transaction ends. false: another session has it.
absl::StatusOr<bool> TryLock(postgres::BlockingSession& session, const TenantKey& tenant) {
  const auto rows = session.Query(
      sql::kTrySearchLock, {absl::StrCat(tenant.text(), " ", static_cast<uint32_t>(tenant.stamp))});
  if (!rows.ok()) return rows.status();
  // Who makes an index waits for older snapshots.
  if (absl::Status status = session.Execute(sql::kLetGoOfSnapshot); !status.ok()) return status;
  return (*rows)[0][0] == "t";
}

struct Languages {
  std::string in_force;               // empty: none
  std::optional<std::string> wanted;  // empty: none; nullopt: the one in force
};

absl::StatusOr<Languages> ReadLanguages(postgres::BlockingSession& session,
                                        const TenantKey& tenant) {
  Languages languages;
  absl::Status read = postgres::InSchema(session, tenant, [&] {
    const auto rows =
        session.Query(postgres::RenderSql(sql::kFindSearchLanguages, tenant.name), {});
    if (!rows.ok() || rows->empty()) return rows.status();
    languages = {.in_force = rows->front()[0].value_or(""), .wanted = rows->front()[1]};
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return languages;
}

absl::StatusOr<Rows> ListIndexes(postgres::BlockingSession& session, const TenantKey& tenant) {
  return session.Query(sql::kListSearchIndexes, {tenant.text()});
}

bool IsWhole(const postgres::BlockingSession::Row& row) { return row[1] == "t"; }

bool IsOf(const postgres::BlockingSession::Row& row,
          const std::optional<SearchLanguage>& language) {
  const auto index = SqlIdentifier::Parse(row[0].value_or(""));
  return language.has_value() && index.has_value() &&
         (*index == language->event_index() || *index == language->message_index());
}

// Whether there are the language's two, whole, and nothing else.
bool AreRight(const Rows& rows, const std::optional<SearchLanguage>& language) {
  if (rows.size() != (language.has_value() ? 2 : 0)) return false;
  return std::all_of(rows.begin(), rows.end(), [&](const postgres::BlockingSession::Row& row) {
    return IsWhole(row) && IsOf(row, language);
  });
}

// Whether what is wanted may still come: the session has ended, or somebody was in the way.
bool IsPassing(std::string_view sqlstate) {
  return sqlstate.empty() || sqlstate.starts_with("08") || sqlstate.starts_with("57P") ||
         sqlstate == "40P01" || sqlstate == "40001" || sqlstate == "55P03";
}

// With the names that a statement about an index has in it.
std::string RenderIndexSql(std::string_view sql, const TenantKey& tenant,
                           const SqlIdentifier& index) {
  return absl::StrReplaceAll(postgres::RenderSql(sql, tenant.name), {{"{index}", index.Quoted()}});
}

using Executor = absl::FunctionRef<absl::Status(const std::string& sql)>;

// What follows can't be part of a transaction, nor be undone: so before each such statement. Should
// another schema get the name in this very moment, it has an index more or less for a while.
absl::Status CheckSchema(postgres::BlockingSession& session, const TenantKey& tenant) {
  return postgres::InSchema(session, tenant, [] { return absl::OkStatus(); });
}

absl::Status DropIndexes(postgres::BlockingSession& session, const TenantKey& tenant,
                         absl::FunctionRef<bool(const postgres::BlockingSession::Row&)> which,
                         Executor execute) {
  const auto rows = ListIndexes(session, tenant);
  if (!rows.ok()) return rows.status();
  for (const postgres::BlockingSession::Row& row : *rows) {
    const auto index = SqlIdentifier::Parse(row[0].value_or(""));
    if (!index.has_value() || !which(row)) continue;
    absl::Status dropped = execute(RenderIndexSql(sql::kDropIndex, tenant, *index));
    if (!dropped.ok()) return dropped;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SearchIndex::Execute(postgres::BlockingSession& session, std::string_view sql) {
  {
    MutexLock lock(mu_);
    if (stopped_) return absl::CancelledError("the server stops");
    working_.emplace(&session, postgres::BlockingSession::Canceller(session));
  }
  absl::Status status = session.Execute(sql);
  MutexLock lock(mu_);
  working_.erase(&session);
  return stopped_ ? absl::CancelledError("the server stops") : status;
}

void SearchIndex::Stop() {
  MutexLock lock(mu_);
  stopped_ = true;
  for (const auto& [session, canceller] : working_) canceller.Cancel();
}

absl::Status SearchIndex::Make(postgres::BlockingSession& session, postgres::TenantSql sql,
                               const TenantKey& tenant, const SqlIdentifier& index,
                               const SearchLanguage& language) {
  if (absl::Status same = CheckSchema(session, tenant); !same.ok()) return same;
  return Execute(session, RenderIndexSql(SearchSql(sql, language), tenant, index));
}

// Each statement is a transaction of its own: none that makes an index while others write can be
// part of a larger one.
absl::Status SearchIndex::MakeIndexes(postgres::BlockingSession& session, const TenantKey& tenant,
                                      const SearchLanguage& language) {
  const auto execute = [&](const std::string& sql) { return Execute(session, sql); };
  // An end of the program has come between.
  absl::Status status = DropIndexes(
      session, tenant, [](const postgres::BlockingSession::Row& row) { return !IsWhole(row); },
      execute);
  if (!status.ok()) return status;
  status = Make(session, sql::kCreateEventSearchIndex, tenant, language.event_index(), language);
  if (!status.ok()) return status;
  return Make(session, sql::kCreateMessageSearchIndex, tenant, language.message_index(), language);
}

absl::Status SearchIndex::MakeWanted(postgres::BlockingSession& session, const TenantKey& tenant,
                                     const std::string& language) {
  if (const auto wanted = SearchLanguage::Parse(language); wanted.has_value()) {
    absl::Status made = MakeIndexes(session, tenant, *wanted);
    if (!made.ok()) return made;
  }
  return postgres::InSchema(session, tenant, [&] {
    return session.Query(postgres::RenderSql(sql::kSetSearchLanguage, tenant.name), {language})
        .status();
  });
}

absl::StatusOr<bool> SearchIndex::Fail(postgres::BlockingSession& session, const TenantKey& tenant,
                                       const std::string& language, const std::string& sqlstate) {
  if (IsPassing(sqlstate)) return false;
  bool failed = false;
  absl::Status told = postgres::InSchema(session, tenant, [&] {
    const auto rows = session.Query(postgres::RenderSql(sql::kFailSearchLanguage, tenant.name),
                                    {language, sqlstate});
    failed = rows.ok() && !rows->empty();
    return rows.status();
  });
  if (!told.ok()) return told;
  return failed;
}

absl::Status SearchIndex::Renew(postgres::BlockingSession& session, const TenantKey& tenant,
                                const std::string& language) {
  const auto own = SearchLanguage::Parse(language);
  const auto rows = ListIndexes(session, tenant);
  if (!rows.ok()) return rows.status();
  if (AreRight(*rows, own)) return absl::OkStatus();
  if (own.has_value()) {
    absl::Status made = MakeIndexes(session, tenant, *own);
    if (!made.ok()) return made;
  }
  return DropIndexes(
      session, tenant, [&](const postgres::BlockingSession::Row& row) { return !IsOf(row, own); },
      [&](const std::string& sql) { return Execute(session, sql); });
}

absl::Status SearchIndex::SettleAlone(postgres::BlockingSession& session, const TenantKey& tenant) {
  while (true) {
    const auto languages = ReadLanguages(session, tenant);
    if (!languages.ok()) return languages.status();
    if (!languages->wanted.has_value()) return Renew(session, tenant, languages->in_force);
    absl::Status made = MakeWanted(session, tenant, *languages->wanted);
    if (made.ok()) continue;  // in force, or another is wanted by now
    if (absl::IsCancelled(made)) return made;
    const postgres::BlockingSession::Error error = session.last_error();
    const auto failed = Fail(session, tenant, *languages->wanted, error.sqlstate);
    if (!failed.ok() || !*failed) return made;
    spdlog::error("search language {} of tenant {} failed: sqlstate={} message=\"{}\"",
                  *languages->wanted, LogField(tenant.text()), error.sqlstate, error.message);
  }
}

absl::Status SearchIndex::Settle(const TenantKey& tenant) {
  const std::string what = "the making of a search index for " + tenant.text();
  // One session holds the lock, another one does the work.
  return sessions_.Run(what, [&](postgres::BlockingSession& holder) {
    return holder.InTransaction([&]() -> absl::Status {
      const auto locked = TryLock(holder, tenant);
      if (!locked.ok() || !*locked) return locked.status();
      return sessions_.Run(what, [&](postgres::BlockingSession& session) {
        session.SetBound(absl::InfiniteDuration());  // a large log takes hours
        return SettleAlone(session, tenant);
      });
    });
  });
}

}  // namespace chatter::store
