// Makes and drops the indexes that searching a tenant's messages needs.
//
// There are none but those of the tenant's language: a tenant that can't be searched pays nothing.
// They are made while the tenant goes on as ever, and the language is in force only once they are
// whole, so that a change that was ended, in whatever way, leaves the language that was before;
// what it left beside that, the next change clears away.
//
// Thread-safe. The migrator must outlive it. Blocks, for as long as it takes to read all messages:
// never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_SEARCH_INDEX_H_
#define CHATTER_SERVER_STORE_SEARCH_INDEX_H_

#include <map>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "server/base/mutex.h"
#include "server/store/blocking_session.h"
#include "server/store/migrator.h"
#include "server/store/search_language.h"

namespace chatter::store {

class SearchIndex {
 public:
  explicit SearchIndex(const Migrator& migrator) : migrator_(migrator) {}

  // Empty: messages can't be searched any more. Errors: INVALID_ARGUMENT (INVALID_FIELD:
  // `settings.search_language`), ABORTED (CONFLICT: another call is at it); the migrator's.
  absl::Status SetLanguage(const SchemaName& tenant, std::string_view language);

  // Ends the change that is under way, and all that come later, with an error. From any thread.
  void Stop();

 private:
  // Drops those that are not of this language (nullopt: all), or those that aren't whole: an end of
  // the program has come between.
  enum class Dropped { kOthers, kBroken };

  absl::Status Change(BlockingSession& session, const SchemaName& tenant,
                      const std::optional<SearchLanguage>& language);
  absl::Status Drop(BlockingSession& session, const SchemaName& tenant, Dropped which,
                    const std::optional<SearchLanguage>& language);
  absl::Status Make(BlockingSession& session, std::string_view sql, const SchemaName& tenant,
                    const SqlIdentifier& index, const SearchLanguage& language);
  // A statement that may take long: Stop ends it.
  absl::Status Execute(BlockingSession& session, std::string_view sql);

  const Migrator& migrator_;

  Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::map<BlockingSession*, BlockingSession::Canceller> working_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEARCH_INDEX_H_
