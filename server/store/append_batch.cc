#include "server/store/append_batch.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/model/errors.h"
#include "server/postgres/lock_wait.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// The messages of one tenant.
using Messages = std::span<const Send>;

postgres::TenantStatement LockStatement(const TenantKey& tenant, Messages messages) {
  return {sql::kLockRooms, tenant, postgres::Params().Uuids(RoomsOf(messages))};
}

postgres::TenantStatement AppendStatement(const TenantKey& tenant, Messages messages) {
  std::vector<RoomId> rooms;
  std::vector<std::string_view> senders;
  std::vector<std::string_view> client_ids;
  std::vector<std::string_view> texts;
  std::vector<std::string_view> services;
  std::vector<std::string_view> details;
  std::vector<uint64_t> threads;
  const bool plain = std::all_of(messages.begin(), messages.end(),
                                 [](const Send& send) { return send.message.details.empty(); });
  for (const auto& [message, deadline, done] : messages) {
    rooms.push_back(message.room.room);
    senders.push_back(message.sender_id);
    client_ids.push_back(message.client_message_id);
    texts.push_back(message.text);
    services.push_back(message.service);
    if (plain) continue;
    details.push_back(message.details);
    threads.push_back(message.thread_seq);
  }
  postgres::Params params;
  params.Uuids(rooms).Texts(senders).Texts(client_ids).Texts(texts).Texts(services);
  params.Blobs(details).Seqs(threads);
  return {sql::kAppendMessages, tenant, std::move(params)};
}

// Nothing, where none of the messages is in a thread.
std::optional<postgres::TenantStatement> AddRepliesStatement(const TenantKey& tenant,
                                                             Messages messages) {
  std::vector<RoomId> rooms;
  std::vector<std::string_view> senders;
  std::vector<std::string_view> client_ids;
  for (const auto& [message, deadline, done] : messages) {
    if (message.thread_seq == 0) continue;
    rooms.push_back(message.room.room);
    senders.push_back(message.sender_id);
    client_ids.push_back(message.client_message_id);
  }
  if (rooms.empty()) return std::nullopt;
  return postgres::TenantStatement{
      sql::kAddReplies, tenant, postgres::Params().Uuids(rooms).Texts(senders).Texts(client_ids)};
}

// Nothing, where none of the messages mentions anybody.
std::optional<postgres::TenantStatement> AddMentionsStatement(const TenantKey& tenant,
                                                              Messages messages) {
  std::vector<RoomId> rooms;
  std::vector<std::string_view> senders;
  std::vector<std::string_view> client_ids;
  std::vector<std::string_view> details;
  std::vector<std::string> mentioned;
  for (const auto& [message, deadline, done] : messages) {
    if (message.mentions.empty()) continue;
    rooms.push_back(message.room.room);
    senders.push_back(message.sender_id);
    client_ids.push_back(message.client_message_id);
    details.push_back(message.details);
    mentioned.push_back(absl::StrCat("\n", absl::StrJoin(message.mentions, "\n")));
  }
  if (rooms.empty()) return std::nullopt;
  postgres::Params params;
  params.Uuids(rooms).Texts(senders).Texts(client_ids).Blobs(details).Texts(mentioned);
  return postgres::TenantStatement{sql::kAddMentions, tenant, std::move(params)};
}

BatchPart AddStatements(Messages messages, postgres::TenantStatements& all) {
  const TenantKey& tenant = messages.front().message.room.tenant;
  BatchPart part{.first_statement = all.size()};
  all.push_back(LockStatement(tenant, messages));
  part.append = all.size();
  all.push_back(AppendStatement(tenant, messages));
  // In this order: whom a reply mentions follows its thread.
  if (auto add = AddMentionsStatement(tenant, messages)) all.push_back(*std::move(add));
  if (auto add = AddRepliesStatement(tenant, messages)) all.push_back(*std::move(add));
  return part;
}

// Why a message that is new wasn't stored.
absl::Status RefusalOf(const postgres::Rows& rows, int row) {
  if (rows.GetBool(row, 5)) return RoomArchivedError();
  return RoleNotAllowedError("Readers of a room can't send messages.");
}

// What a row of append_messages.sql says of a message.
absl::StatusOr<StoredMessage> ReadOutcome(const postgres::Rows& rows, int row) {
  if (rows.IsNull(row, 0)) return RoomNotFoundError();
  if (rows.IsNull(row, 1)) return RefusalOf(rows, row);
  if (!rows.GetBool(row, 4)) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_CLIENT_MESSAGE_ID_REUSED,
        "You sent something else with this client message id before. Choose a new one.");
  }
  return StoredMessage{.seq = static_cast<uint64_t>(rows.GetInt(row, 1)),
                       .created_at = rows.GetTime(row, 2),
                       .duplicate = rows.GetBool(row, 3)};
}

}  // namespace

AppendTransaction MakeAppendTransaction(Batch& batch, postgres::Lane lane,
                                        absl::Duration lock_wait) {
  std::stable_sort(batch.begin(), batch.end(), [](const Send& a, const Send& b) {
    return a.message.room.tenant < b.message.room.tenant;
  });
  AppendTransaction made;
  postgres::TenantDatabase::Transaction& transaction = made.transaction;
  transaction.lane = lane;
  transaction.idempotent = true;  // thanks to the client message ids
  transaction.deadline =
      std::max_element(batch.begin(), batch.end(), [](const Send& a, const Send& b) {
        return a.deadline < b.deadline;
      })->deadline;
  transaction.statements.push_back({sql::kFixPlans, postgres::LockWaitParams(lock_wait)});
  for (size_t begin = 0; begin < batch.size();) {
    const TenantKey& tenant = batch[begin].message.room.tenant;
    size_t end = begin;
    while (end < batch.size() && batch[end].message.room.tenant == tenant) ++end;
    BatchPart part =
        AddStatements(std::span(batch).subspan(begin, end - begin), transaction.statements);
    part.begin = begin;
    part.end = end;
    made.parts.push_back(part);
    begin = end;
  }
  return made;
}

std::vector<RoomId> RoomsOf(std::span<const Send> messages) {
  std::vector<RoomId> rooms;
  rooms.reserve(messages.size());
  for (const Send& send : messages) rooms.push_back(send.message.room.room);
  std::sort(rooms.begin(), rooms.end());
  rooms.erase(std::unique(rooms.begin(), rooms.end()), rooms.end());
  return rooms;
}

Batch TakePart(Batch& batch, const BatchPart& part) {
  const auto begin = batch.begin() + static_cast<std::ptrdiff_t>(part.begin);
  const auto end = batch.begin() + static_cast<std::ptrdiff_t>(part.end);
  Batch taken;
  taken.reserve(part.end - part.begin);
  std::move(begin, end, std::back_inserter(taken));
  batch.erase(begin, end);
  return taken;
}

std::vector<Outcome> ReadOutcomes(const postgres::Database::Results& results,
                                  const std::vector<BatchPart>& parts) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(parts.back().end);
  for (const BatchPart& part : parts) {
    const postgres::Rows& rows = results[part.append];
    for (int row = 0; row < rows.size(); ++row) {
      outcomes.push_back({ReadOutcome(rows, row), rows.GetBool(row, 6)});
    }
  }
  return outcomes;
}

std::vector<CommittedEvents> TakeCommitted(Batch& batch, const std::vector<Outcome>& outcomes) {
  std::vector<CommittedEvents> rooms;
  absl::flat_hash_map<RoomKey, size_t> places;
  for (size_t i = 0; i < batch.size(); ++i) {
    const absl::StatusOr<StoredMessage>& stored = outcomes[i].message;
    if (!stored.ok() || !outcomes[i].as_stored) continue;
    NewMessage& message = batch[i].message;
    const auto [place, is_new] = places.try_emplace(message.room, rooms.size());
    if (is_new) rooms.push_back({message.room, {}});
    rooms[place->second].events.push_back(
        {.room_id = message.room.room,
         .seq = stored->seq,
         .created_at = stored->created_at,
         .actor_id = std::move(message.sender_id),
         .service = std::move(message.service),
         .what = MessageSent{.client_message_id = std::move(message.client_message_id),
                             .text = std::move(message.text),
                             .details = std::move(message.details)}});
  }
  return rooms;
}

}  // namespace chatter::store
