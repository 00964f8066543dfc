#include "server/store/event_writer.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/base/mutex.h"
#include "server/model/errors.h"
#include "server/store/database.h"
#include "server/store/send_queue.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Batch = std::vector<Send>;

// Puts the messages of a tenant next to each other and the tenants in the order in which their
// rooms are locked. Within a tenant the order of arrival stays.
void SortByTenant(Batch& batch) {
  std::stable_sort(batch.begin(), batch.end(), [](const Send& a, const Send& b) {
    return a.message.room.tenant < b.message.room.tenant;
  });
}

// The messages of one tenant.
using Part = std::span<const Send>;

template <typename T>
void SortUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

Statement LockStatement(const SchemaName& tenant, Part part) {
  std::vector<RoomId> rooms;
  for (const Send& send : part) rooms.push_back(send.message.room.room);
  SortUnique(rooms);
  return {sql::kLockRooms, tenant, Params().Uuids(rooms)};
}

Statement AppendStatement(const SchemaName& tenant, Part part) {
  std::vector<RoomId> rooms;
  std::vector<std::string_view> senders;
  std::vector<std::string_view> client_ids;
  std::vector<std::string_view> texts;
  std::vector<std::string_view> services;
  std::vector<std::string_view> details;
  std::vector<uint64_t> threads;
  const bool plain = std::all_of(part.begin(), part.end(),
                                 [](const Send& send) { return send.message.details.empty(); });
  for (const auto& [message, deadline, done] : part) {
    rooms.push_back(message.room.room);
    senders.push_back(message.sender_id);
    client_ids.push_back(message.client_message_id);
    texts.push_back(message.text);
    services.push_back(message.service);
    if (plain) continue;
    details.push_back(message.details);
    threads.push_back(message.thread_seq);
  }
  Params params;
  params.Uuids(rooms).Texts(senders).Texts(client_ids).Texts(texts).Texts(services);
  params.Blobs(details).Seqs(threads);
  return {sql::kAppendMessages, tenant, std::move(params)};
}

// Nothing, where none of the messages is in a thread.
std::optional<Statement> AddRepliesStatement(const SchemaName& tenant, Part part) {
  std::vector<RoomId> rooms;
  std::vector<std::string_view> senders;
  std::vector<std::string_view> client_ids;
  for (const auto& [message, deadline, done] : part) {
    if (message.thread_seq == 0) continue;
    rooms.push_back(message.room.room);
    senders.push_back(message.sender_id);
    client_ids.push_back(message.client_message_id);
  }
  if (rooms.empty()) return std::nullopt;
  return Statement{sql::kAddReplies, tenant,
                   Params().Uuids(rooms).Texts(senders).Texts(client_ids)};
}

// Nothing, where none of the messages mentions anybody.
std::optional<Statement> AddMentionsStatement(const SchemaName& tenant, Part part) {
  std::vector<RoomId> rooms;
  std::vector<std::string_view> senders;
  std::vector<std::string_view> client_ids;
  std::vector<std::string_view> details;
  std::vector<std::string> mentioned;
  for (const auto& [message, deadline, done] : part) {
    if (message.mentions.empty()) continue;
    rooms.push_back(message.room.room);
    senders.push_back(message.sender_id);
    client_ids.push_back(message.client_message_id);
    details.push_back(message.details);
    mentioned.push_back(absl::StrCat("\n", absl::StrJoin(message.mentions, "\n")));
  }
  if (rooms.empty()) return std::nullopt;
  Params params;
  params.Uuids(rooms).Texts(senders).Texts(client_ids).Blobs(details).Texts(mentioned);
  return Statement{sql::kAddMentions, tenant, std::move(params)};
}

struct BatchStatements {
  std::vector<Statement> all = {{sql::kFixPlans, std::nullopt, Params()}};
  std::vector<size_t> appends;  // which of them tell what has become of the messages
};

void AddStatements(Part part, BatchStatements& statements) {
  const SchemaName& tenant = part.front().message.room.tenant;
  std::vector<Statement>& all = statements.all;
  all.push_back(LockStatement(tenant, part));
  statements.appends.push_back(all.size());
  all.push_back(AppendStatement(tenant, part));
  if (auto add = AddRepliesStatement(tenant, part)) all.push_back(*std::move(add));
  if (auto add = AddMentionsStatement(tenant, part)) all.push_back(*std::move(add));
}

BatchStatements StatementsFor(const Batch& batch) {
  BatchStatements statements;
  for (auto begin = batch.begin(); begin != batch.end();) {
    const auto next = std::find_if(begin, batch.end(), [begin](const Send& send) {
      return send.message.room.tenant != begin->message.room.tenant;
    });
    AddStatements({begin, next}, statements);
    begin = next;
  }
  return statements;
}

// Why a message that is new wasn't stored.
absl::Status RefusalOf(const Rows& rows, int row) {
  if (rows.GetBool(row, 5)) return RoomArchivedError();
  return RoleNotAllowedError("Readers of a room can't send messages.");
}

// What a row of append_messages.sql says of a message.
absl::StatusOr<StoredMessage> ReadOutcome(const Rows& rows, int row) {
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

struct Outcome {
  absl::StatusOr<StoredMessage> message;
  bool as_stored;  // what was given is what the log holds
};

// What was stored, taken out of the batch. Duplicates too: what looks like one may be this batch,
// run again after a lost connection. But not those that were edited or deleted since.
std::vector<CommittedEvents> CommittedIn(Batch& batch, const std::vector<Outcome>& outcomes) {
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

}  // namespace

class EventWriter::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Database& database, CommitListener listener)
      : database_(database), listener_(std::move(listener)) {}

  void Append(Send send) {
    Batch batch;
    bool added;
    {
      MutexLock lock(mu_);
      added = queue_.Add(send);
      if (!added) ++refused_;
      if (in_flight_ == 0) batch = TakeBatch();
    }
    if (!added) {
      send.done(MakeRetryableError(absl::StatusCode::kResourceExhausted,
                                   v1::ERROR_REASON_OVERLOADED,
                                   "Too many sends are waiting to be stored.", absl::Seconds(1)));
    }
    if (!batch.empty()) Commit(std::move(batch));
  }

  Stats stats() {
    MutexLock lock(mu_);
    return {.queued_rows = queue_.rows(),
            .queued_bytes = queue_.bytes(),
            .commits = commits_,
            .messages = messages_,
            .refused = refused_};
  }

 private:
  Batch TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    Batch batch = queue_.TakeBatch(kMaxBatchRows, kMaxBatchBytes);
    if (!batch.empty()) ++in_flight_;
    return batch;
  }

  void Commit(Batch batch) {
    SortByTenant(batch);
    Database::Transaction transaction;
    BatchStatements statements = StatementsFor(batch);
    transaction.statements = std::move(statements.all);
    transaction.lane = Lane::kWrite;
    transaction.idempotent = true;  // thanks to the client message ids
    transaction.deadline = absl::InfinitePast();
    for (const Send& send : batch) {
      transaction.deadline = std::max(transaction.deadline, send.deadline);
    }
    database_.Run(std::move(transaction), [self = shared_from_this(), batch = std::move(batch),
                                           appends = std::move(statements.appends)](
                                              absl::StatusOr<Database::Results> results) mutable {
      if (results.ok()) {
        self->Answer(std::move(batch), *results, appends);
      } else {
        self->Recover(std::move(batch), results.status());
      }
      self->Next();
    });
  }

  void Answer(Batch batch, const Database::Results& results, const std::vector<size_t>& appends) {
    std::vector<Outcome> outcomes;
    outcomes.reserve(batch.size());
    for (const size_t append : appends) {
      const Rows& rows = results[append];
      for (int row = 0; row < rows.size(); ++row) {
        outcomes.push_back({ReadOutcome(rows, row), rows.GetBool(row, 6)});
      }
    }
    std::vector<CommittedEvents> rooms = CommittedIn(batch, outcomes);
    {
      MutexLock lock(mu_);
      ++commits_;
      for (const CommittedEvents& room : rooms) messages_ += room.events.size();
    }
    if (!rooms.empty()) listener_(std::move(rooms));
    for (size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(outcomes[i].message));
  }

  // The batch isn't known to be stored: finds out which message is to blame, or gives up.
  void Recover(Batch batch, const absl::Status& error) {
    if (absl::IsUnavailable(error) || absl::IsDeadlineExceeded(error)) {
      for (Send& send : batch) send.done(DatabaseUnavailableError());
    } else if (batch.size() == 1) {
      batch[0].done(InternalError());
    } else {
      {
        MutexLock lock(mu_);
        in_flight_ += batch.size();
      }
      for (Send& send : batch) {
        Batch alone;
        alone.push_back(std::move(send));
        Commit(std::move(alone));
      }
    }
  }

  void Next() {
    Batch batch;
    {
      MutexLock lock(mu_);
      if (--in_flight_ == 0) batch = TakeBatch();
    }
    if (!batch.empty()) Commit(std::move(batch));
  }

  Database& database_;
  CommitListener listener_;  // called on the database's thread only

  Mutex mu_;
  SendQueue queue_ ABSL_GUARDED_BY(mu_);
  size_t in_flight_ ABSL_GUARDED_BY(mu_) = 0;  // transactions
  uint64_t commits_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t messages_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t refused_ ABSL_GUARDED_BY(mu_) = 0;
};

EventWriter::EventWriter(Database& database, CommitListener listener)
    : impl_(std::make_shared<Impl>(database, std::move(listener))) {}

EventWriter::~EventWriter() = default;

EventWriter::Stats EventWriter::stats() const { return impl_->stats(); }

void EventWriter::Append(NewMessage message, absl::Time deadline, Callback<StoredMessage> done) {
  impl_->Append({std::move(message), deadline, std::move(done)});
}

}  // namespace chatter::store
