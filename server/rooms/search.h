// The rules for searching: who finds what.
//
// Thread-safe. What it is made from must outlive it, and it every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ROOMS_SEARCH_H_
#define CHATTER_SERVER_ROOMS_SEARCH_H_

#include "chatter/v1/search.pb.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/pager.h"
#include "server/store/search_reader.h"
#include "server/tenants/search_languages.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::rooms {

class Search {
 public:
  struct Deps {
    store::SearchReader& reader;
    tenants::SearchLanguages& languages;
    tenants::TenantSettings& settings;
  };
  explicit Search(const Deps& deps) : deps_(deps) {}

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND), FAILED_PRECONDITION
  // (FEATURE_DISABLED), RESOURCE_EXHAUSTED (SEARCH_TOO_BROAD).
  void Find(const TenantCaller& caller, const v1::SearchMessagesRequest& request,
            Callback<Page<store::SearchReader::Hit>> done);

 private:
  const Deps deps_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_SEARCH_H_
