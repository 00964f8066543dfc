// The rules for searching: who finds what, and in which language a tenant is searched.
//
// Thread-safe. What it is made from must outlive it, and it every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule), on the database's, or on
// one of its own.
#ifndef CHATTER_SERVER_CHAT_SEARCH_H_
#define CHATTER_SERVER_CHAT_SEARCH_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/worker.h"
#include "server/chat/tenant_settings.h"
#include "server/model/model.h"
#include "server/store/search_index.h"
#include "server/store/search_reader.h"

namespace chatter::chat {

class Search {
 public:
  // Changes of the language are made one after the other.
  static constexpr size_t kMaxWaitingChanges = 100;

  struct Deps {
    store::SearchReader& reader;
    store::SearchIndex& index;
    TenantSettings& settings;
    const Clock& clock;
  };
  explicit Search(const Deps& deps) : deps_(deps) {}

  struct Request {
    std::string query;
    std::string room_id = {};    // empty: in all
    std::string sender_id = {};  // empty: from all
    int32_t page_size = 0;
    std::string page_token = {};
  };
  struct Page {
    std::vector<store::SearchReader::Hit> hits;
    std::string next_page_token;  // empty: this was the last one
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND), FAILED_PRECONDITION
  // (FEATURE_DISABLED), RESOURCE_EXHAUSTED (SEARCH_TOO_BROAD).
  void Find(const Caller& caller, const Request& request, Callback<Page> done);

  // Empty: messages can't be searched any more. Takes as long as it takes to index all messages; a
  // caller who has left meanwhile finds it done. Errors: PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED:
  // not a service), INVALID_ARGUMENT (INVALID_FIELD: `settings.search_language`), ABORTED
  // (CONFLICT: another call is changing it), RESOURCE_EXHAUSTED (OVERLOADED), UNAVAILABLE
  // (DRAINING).
  void SetLanguage(const Caller& caller, std::string language, StatusCallback done);

  // From now on no language is changed: the change that is under way is given up, those that wait
  // are refused.
  void Drain() {
    draining_ = true;
    deps_.index.Stop();
  }

 private:
  absl::Status Reserve(const SchemaName& tenant);
  absl::Status SetNow(const SchemaName& tenant, const std::string& language, absl::Time deadline);

  const Deps deps_;
  std::atomic<bool> draining_ = false;
  Mutex mu_;
  absl::flat_hash_set<SchemaName> changing_ ABSL_GUARDED_BY(mu_);
  Worker changes_;  // the last member: its closures use the others
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_SEARCH_H_
