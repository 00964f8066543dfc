#include "server/rooms/search.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "server/model/errors.h"
#include "server/model/message_size.h"
#include "server/model/page_token.h"
#include "server/model/validate.h"

namespace chatter::rooms {
namespace {

using Found = store::SearchReader::Found;
using Hit = store::SearchReader::Hit;
using Position = store::SearchReader::Position;

constexpr PageSizes kPageSizes{.if_zero = 20, .max = 50};
constexpr size_t kIdBytes = 16;
constexpr size_t kNumberBytes = 8;

void AppendNumber(uint64_t number, std::string& out) {
  for (size_t i = kNumberBytes; i-- > 0;) out.push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t ReadNumber(std::string_view bytes) {
  uint64_t number = 0;
  for (const char c : bytes.substr(0, kNumberBytes)) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

// Room, number and rank go together for an id.
std::string TokenOf(const Hit& last) {
  const Message& message = last.message;
  std::string id(message.room_id.bytes().begin(), message.room_id.bytes().end());
  AppendNumber(message.seq, id);
  AppendNumber(static_cast<uint64_t>(last.rank), id);
  return MakePageToken(PageKind::kFoundMessages,
                       MakeTimePlace({.time = message.created_at, .id = id}));
}

std::optional<Position> ParseToken(std::string_view token) {
  const auto place = ReadPageToken(PageKind::kFoundMessages, token);
  if (!place.has_value()) return std::nullopt;
  const auto parts = ReadTimePlace(*place, kIdBytes + 2 * kNumberBytes);
  if (!parts.has_value()) return std::nullopt;
  std::array<uint8_t, kIdBytes> id;
  std::copy_n(parts->id.begin(), kIdBytes, id.begin());
  const std::string_view numbers = std::string_view(parts->id).substr(kIdBytes);
  return Position{.rank = static_cast<int64_t>(ReadNumber(numbers.substr(kNumberBytes))),
                  .created_at = parts->time,
                  .room_id = RoomId::FromBytes(id),
                  .seq = ReadNumber(numbers)};
}

absl::StatusOr<Search::Page> ToPage(absl::StatusOr<Found> found, int page_size) {
  if (!found.ok()) return std::move(found).status();
  if (!found->room_found) return RoomNotFoundError();
  if (!found->has_words) {
    FieldViolations violations;
    violations.Add("query", "must have a word that the tenant's language doesn't leave out");
    return violations.ToStatus();
  }
  Search::Page page{.hits = std::move(found->hits), .next_page_token = {}};
  const auto bytes_of = [](const Hit& hit) { return BytesOf(hit.message); };
  if (CutToPage(page.hits, page_size, bytes_of)) page.next_page_token = TokenOf(page.hits.back());
  return page;
}

}  // namespace

void Search::Find(const TenantCaller& caller, const Request& request, Callback<Page> done) {
  FieldViolations violations;
  store::SearchReader::Query query{.words = request.query, .sender_id = request.sender_id};
  AddProblem("query", SearchQueryProblem(request.query), violations);
  if (!request.room_id.empty()) query.room = ParseRoomId(request.room_id, violations);
  if (!request.sender_id.empty()) {
    AddProblem("sender_id", UserIdProblem(request.sender_id), violations);
  }
  const int page_size = ParsePageSize(request.page_size, kPageSizes, violations);
  if (!request.page_token.empty()) {
    query.after = ParseToken(request.page_token);
    if (!query.after.has_value()) violations.Add("page_token", kPageTokenProblem);
  }
  if (!violations.empty()) return done(violations.ToStatus());

  query.limit = page_size + 1;
  deps_.settings.Find(
      caller.tenant(), Then(std::move(done), [this, caller, query = std::move(query), page_size](
                                                 const tenants::TenantSettings::Ptr& settings,
                                                 auto& answer) mutable {
        deps_.languages.See(caller.tenant(), *settings);
        const auto language = store::SearchLanguage::Parse(settings->search_language);
        if (!language.has_value()) return answer(tenants::FeatureDisabledError());
        // The member is empty for a service, which may read any room.
        deps_.reader.Search(
            caller.tenant(), *language, caller.asker(), query, caller.deadline(),
            [page_size, done = std::move(answer)](absl::StatusOr<Found> found) mutable {
              done(ToPage(std::move(found), page_size));
            });
      }));
}

}  // namespace chatter::rooms
