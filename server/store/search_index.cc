#include "server/store/search_index.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/model/errors.h"
#include "server/store/sql.h"
#include "server/store/statement.h"

namespace chatter::store {
namespace {

absl::Status UnknownLanguageError() {
  FieldViolations violations;
  violations.Add("settings.search_language",
                 "must be a text search configuration of PostgreSQL, such as `english`, or empty");
  return violations.ToStatus();
}

// Until the transaction ends.
absl::Status TryLock(BlockingSession& session, const SchemaName& tenant) {
  const auto rows = session.Query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))",
                                  {"chatter search index of " + tenant.text()});
  if (!rows.ok()) return rows.status();
  if ((*rows)[0][0] != "t") return ConflictError();
  // Lets go of the statement before, and of its snapshot: who makes an index waits for older ones.
  return session.Execute("SELECT 1");
}

absl::Status CheckLanguage(BlockingSession& session, const SearchLanguage& language) {
  const auto rows = session.Query(sql::kFindSearchLanguage, {language.name()});
  if (!rows.ok()) return rows.status();
  return rows->empty() ? UnknownLanguageError() : absl::OkStatus();
}

}  // namespace

absl::Status SearchIndex::Execute(BlockingSession& session, std::string_view sql) {
  {
    MutexLock lock(mu_);
    if (stopped_) return absl::CancelledError("the server stops");
    working_.emplace(&session, BlockingSession::Canceller(session));
  }
  absl::Status status = session.Execute(sql);
  MutexLock lock(mu_);
  working_.erase(&session);
  return status;
}

void SearchIndex::Stop() {
  MutexLock lock(mu_);
  stopped_ = true;
  for (const auto& [session, canceller] : working_) canceller.Cancel();
}

absl::Status SearchIndex::Drop(BlockingSession& session, const SchemaName& tenant, Dropped which,
                               const std::optional<SearchLanguage>& language) {
  const auto rows = session.Query(sql::kListSearchIndexes, {tenant.text()});
  if (!rows.ok()) return rows.status();
  for (const BlockingSession::Row& row : *rows) {
    const auto index = SqlIdentifier::Parse(row[0].value_or(""));
    if (!index.has_value()) continue;
    const bool own = language.has_value() &&
                     (*index == language->event_index() || *index == language->message_index());
    const bool is_whole = row[1] == "t";
    if (which == Dropped::kBroken ? is_whole : own) continue;
    absl::Status dropped = Execute(
        session, "DROP INDEX CONCURRENTLY IF EXISTS " + tenant.Quoted() + "." + index->Quoted());
    if (!dropped.ok()) return dropped;
  }
  return absl::OkStatus();
}

absl::Status SearchIndex::Make(BlockingSession& session, std::string_view sql,
                               const SchemaName& tenant, const SqlIdentifier& index,
                               const SearchLanguage& language) {
  const std::string rendered = RenderSql(SearchSql(sql, language), tenant);
  return Execute(session, absl::StrReplaceAll(rendered, {{"{index}", index.Quoted()}}));
}

// Each statement is a transaction of its own: none that makes an index while others write can be
// part of a larger one.
absl::Status SearchIndex::Change(BlockingSession& session, const SchemaName& tenant,
                                 const std::optional<SearchLanguage>& language) {
  if (language.has_value()) {
    absl::Status status = CheckLanguage(session, *language);
    if (status.ok()) status = Drop(session, tenant, Dropped::kBroken, language);
    if (status.ok()) {
      status =
          Make(session, sql::kCreateEventSearchIndex, tenant, language->event_index(), *language);
    }
    if (status.ok()) {
      status = Make(session, sql::kCreateMessageSearchIndex, tenant, language->message_index(),
                    *language);
    }
    if (!status.ok()) return status;
  }
  absl::Status set = session
                         .Query(RenderSql(sql::kSetSearchLanguage, tenant),
                                {language.has_value() ? language->name() : ""})
                         .status();
  return set.ok() ? Drop(session, tenant, Dropped::kOthers, language) : set;
}

absl::Status SearchIndex::SetLanguage(const SchemaName& tenant, std::string_view language) {
  const auto wanted = SearchLanguage::Parse(language);
  if (!wanted.has_value() && !language.empty()) return UnknownLanguageError();
  const std::string what = "the making of a search index for " + tenant.text();
  // One session holds the lock, another one does the work.
  return migrator_.Run(what, [&](BlockingSession& holder) {
    return holder.InTransaction([&]() -> absl::Status {
      if (absl::Status locked = TryLock(holder, tenant); !locked.ok()) return locked;
      return migrator_.Run(
          what, [&](BlockingSession& session) { return Change(session, tenant, wanted); });
    });
  });
}

}  // namespace chatter::store
