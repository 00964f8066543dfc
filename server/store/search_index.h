// Makes and drops the indexes that searching a tenant's messages needs.
//
// There are none but those of the tenant's language: a tenant that can't be searched pays nothing.
// What is wanted stands in the tenant's settings. The indexes are made while the tenant goes on as
// ever, and the language is in force only once they are whole: so whatever ends the making leaves
// the language that was before, and whoever settles the tenant next, on any server, goes on.
//
// Thread-safe. The sessions must outlive it. Blocks, for as long as it takes to read all messages:
// never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_SEARCH_INDEX_H_
#define CHATTER_SERVER_STORE_SEARCH_INDEX_H_

#include <map>
#include <string_view>

#include "absl/status/status.h"
#include "common/mutex.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/sql_text.h"
#include "server/store/search_language.h"
#include "server/store/session_source.h"

namespace chatter::store {

class SearchIndex {
 public:
  explicit SearchIndex(const SessionSource& sessions) : sessions_(sessions) {}

  // Brings the tenant's indexes to what its settings say: those of the language that is wanted,
  // which is in force then, or has failed; else those of the language in force, if they are missing
  // or an older version has made them with other contents; and none beside. Does nothing where
  // another call, on any server, is at it.
  // Errors: SessionSource::Run's, and whatever made it fail.
  absl::Status Settle(const TenantKey& tenant);

  // Ends what is under way, and all that come later, with an error. From any thread.
  void Stop();

 private:
  absl::Status SettleAlone(postgres::BlockingSession& session, const TenantKey& tenant);
  // `language`: empty: none. Puts it in force.
  absl::Status MakeWanted(postgres::BlockingSession& session, const TenantKey& tenant,
                          const std::string& language);
  // Writes down that it has failed, unless it is to be tried again. Whether it did.
  absl::StatusOr<bool> Fail(postgres::BlockingSession& session, const TenantKey& tenant,
                            const std::string& language, const std::string& sqlstate);
  // Of the language in force.
  absl::Status Renew(postgres::BlockingSession& session, const TenantKey& tenant,
                     const std::string& language);
  absl::Status MakeIndexes(postgres::BlockingSession& session, const TenantKey& tenant,
                           const SearchLanguage& language);
  absl::Status Make(postgres::BlockingSession& session, postgres::TenantSql sql,
                    const TenantKey& tenant, const SqlIdentifier& index,
                    const SearchLanguage& language);
  // A statement that may take long: Stop ends it.
  absl::Status Execute(postgres::BlockingSession& session, std::string_view sql);

  const SessionSource& sessions_;

  Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::map<postgres::BlockingSession*, postgres::BlockingSession::Canceller> working_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEARCH_INDEX_H_
