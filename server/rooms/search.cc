#include "server/rooms/search.h"

#include <cstdint>
#include <tuple>
#include <utility>

#include "server/model/errors.h"
#include "server/model/message_size.h"
#include "server/model/timestamps.h"
#include "server/model/validate.h"
#include "server/store/search_terms.h"

namespace chatter::rooms {
namespace {

using Found = store::SearchReader::Found;
using Hit = store::SearchReader::Hit;
using Position = store::SearchReader::Position;

constexpr PageSizes kPageSizes{.if_zero = 20, .max = 50};
// The best first, then the latest; or all of one rank.
using HitPager = Pager<int64_t, absl::Time, RoomId, uint64_t>;

absl::StatusOr<Page<Hit>> ToPage(absl::StatusOr<Found> found, const HitPager& pager) {
  if (!found.ok()) return std::move(found).status();
  if (!found->room_found) return RoomNotFoundError();
  if (!found->has_words) {
    FieldViolations violations;
    violations.Add("query", "must have a word that the tenant's language doesn't leave out");
    return violations.ToStatus();
  }
  const auto place_of = [](const Hit& last) {
    const Message& message = last.message;
    return std::tuple(last.rank, message.created_at, message.room_id, message.seq);
  };
  const auto bytes_of = [](const Hit& hit) { return BytesOf(hit.message); };
  return pager.Cut(std::move(found->hits), place_of, bytes_of);
}

// What is looked for, but for the terms and the page.
store::SearchReader::Query ReadQuery(const TenantCaller& caller,
                                     const v1::SearchMessagesRequest& request,
                                     FieldViolations& violations) {
  store::SearchReader::Query query{.terms = {},
                                   .by_time = request.order() == v1::SEARCH_ORDER_LATEST,
                                   .sender_id = request.sender_id(),
                                   .has_attachment = request.has_attachment(),
                                   .mentions_asker = request.mentions_me()};
  AddProblem("query", SearchQueryProblem(request.query()), violations);
  if (!request.room_id().empty()) query.room = ParseRoomId(request.room_id(), violations);
  if (!request.sender_id().empty()) {
    AddProblem("sender_id", UserIdProblem(request.sender_id()), violations);
  }
  if (request.has_stored_from()) {
    query.stored_from = ParseTime("stored_from", request.stored_from(), violations);
  }
  if (request.has_stored_before()) {
    query.stored_before = ParseTime("stored_before", request.stored_before(), violations);
  }
  if (!query.by_time && request.order() != v1::SEARCH_ORDER_UNSPECIFIED) {
    violations.Add("order", "must be LATEST or UNSPECIFIED");
  }
  if (query.mentions_asker && !caller.is_user()) {
    violations.Add("mentions_me", "must be false for a service, as nobody can mention it");
  }
  return query;
}

}  // namespace

void Search::Find(const TenantCaller& caller, const v1::SearchMessagesRequest& request,
                  Callback<Page<Hit>> done) {
  FieldViolations violations;
  store::SearchReader::Query query = ReadQuery(caller, request, violations);
  const HitPager pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  query.terms = store::ParseSearchQuery(request.query());
  query.after = pager.After<Position>();
  query.limit = pager.limit();
  deps_.settings.Find(
      caller.tenant(), Then(std::move(done), [this, caller, query = std::move(query), pager](
                                                 const tenants::TenantSettings::Ptr& settings,
                                                 auto& answer) mutable {
        deps_.languages.See(caller.tenant(), *settings);
        const auto language = store::SearchLanguage::Parse(settings->search_language);
        if (!language.has_value()) return answer(tenants::FeatureDisabledError());
        // The member is empty for a service, which may read any room.
        deps_.reader.Search(caller.tenant(), *language, caller.asker(), query, caller.deadline(),
                            [pager, done = std::move(answer)](absl::StatusOr<Found> found) mutable {
                              done(ToPage(std::move(found), pager));
                            });
      }));
}

}  // namespace chatter::rooms
