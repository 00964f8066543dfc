#include "server/store/event_writer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "server/model/errors.h"
#include "server/postgres/databases.h"
#include "server/postgres/lock_wait.h"
#include "server/postgres/sqlstate.h"
#include "server/store/append_batch.h"
#include "server/store/aside_tenants.h"
#include "server/store/send_queue.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Trouble = AsideTenants::Trouble;
using Results = absl::StatusOr<postgres::Database::Results>;

// How many tenants may fail one after the other with what a database may always fail with, before
// they aren't believed to be to blame.
constexpr int kMaxBlamed = 4;
// How long a batch waits for a lock; and how long when it has waited for others before.
constexpr absl::Duration kMaxLockWait = absl::Milliseconds(100);
constexpr absl::Duration kMinLockWait = absl::Milliseconds(10);
constexpr absl::Duration kFindTimeout = absl::Seconds(5);
// How often it is looked after those tenants that are set aside.
constexpr absl::Duration kLookAfterAside = absl::Milliseconds(100);

absl::Status QueueFullError() {
  return MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                            "Too many sends are waiting to be stored.", absl::Seconds(1));
}

Trouble TroubleOf(const absl::Status& error) {
  if (ReasonOf(error) == v1::ERROR_REASON_TENANT_BROKEN) return Trouble::kBroken;
  if (IsSchemaChanged(error)) return Trouble::kReplaced;
  return postgres::IsLockTimeout(error) ? Trouble::kBlocked : Trouble::kOther;
}

// What senders are told of trouble with tables.
absl::Status ErrorOf(Trouble trouble) {
  return trouble == Trouble::kReplaced ? SchemaChangedError() : TenantBrokenError();
}

// Whether it may well be that no tenant and no message is to blame.
bool IsTheDatabases(const absl::Status& error) {
  return TroubleOf(error) == Trouble::kOther &&
         (absl::IsUnavailable(error) || absl::IsDeadlineExceeded(error) ||
          absl::IsResourceExhausted(error));
}

// The part to which the statement belongs that failed; null: it isn't known.
const BatchPart* BlamedPart(const absl::Status& error, const std::vector<BatchPart>& parts) {
  const std::optional<size_t> failed = postgres::FailedStatement(error);
  if (!failed.has_value() || *failed < parts.front().first_statement) return nullptr;
  const auto next = std::find_if(parts.begin(), parts.end(), [&](const BatchPart& part) {
    return part.first_statement > *failed;
  });
  return &*std::prev(next);
}

void AnswerAll(Batch batch, const absl::Status& status) {
  for (Send& send : batch) send.done(status);
}

}  // namespace

class EventWriter::ServerWriter : public std::enable_shared_from_this<ServerWriter> {
 public:
  ServerWriter(postgres::TenantDatabase& database, std::shared_ptr<CommitListener> listener)
      : database_(database), listener_(std::move(listener)) {}

  const postgres::TenantDatabase& database() const { return database_; }

  void Append(Send send) {
    absl::Status refusal;
    Work work;
    {
      MutexLock lock(mu_);
      refusal = Admit(send);
      work = TakeWork();
    }
    if (!refusal.ok()) send.done(refusal);
    Begin(std::move(work));
  }

  Stats stats() {
    MutexLock lock(mu_);
    return {.queued_rows = queue_.rows(),
            .queued_bytes = queue_.bytes(),
            .commits = commits_,
            .messages = messages_,
            .refused = refused_,
            .blocked_tenants = aside_.CountBlocked(SteadyTime::Now())};
  }

 private:
  // What is to be done now.
  struct Work {
    Batch shared;   // of tenants that are well: one transaction
    Batch aside;    // of one that is set aside
    Batch expired;  // not stored in time
  };

  // Takes `send` into the queue, or leaves it alone.
  absl::Status Admit(Send& send) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!aside_.empty()) {
      const auto trouble = aside_.Refuses(send.message.room.tenant, SteadyTime::Now());
      if (trouble.has_value()) return ErrorOf(*trouble);
    }
    if (queue_.Add(send)) return absl::OkStatus();
    ++refused_;
    return QueueFullError();
  }

  Work TakeWork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    Work work;
    if (!aside_.empty()) {
      if (const SteadyTime now = SteadyTime::Now(); now >= look_after_aside_at_) {
        look_after_aside_at_ = now + kLookAfterAside;
        work.expired = queue_.TakeExpired(now);
        aside_.LetGo(now);
      }
      work.aside = aside_.TakeBatch(kMaxBatchRows, kMaxBatchBytes);
    }
    if (!shared_under_way_) {
      work.shared = queue_.TakeBatch(kMaxBatchRows, kMaxBatchBytes);
      shared_under_way_ = !work.shared.empty();
    }
    return work;
  }

  void Begin(Work work) {
    AnswerAll(std::move(work.expired), TenantBrokenError());
    if (!work.shared.empty()) CommitShared(std::move(work.shared), /*blamed=*/0);
    if (!work.aside.empty()) CommitAside(std::move(work.aside));
  }

  void Next() {
    Work work;
    {
      MutexLock lock(mu_);
      work = TakeWork();
    }
    Begin(std::move(work));
  }

  void Answer(Batch batch, const postgres::Database::Results& results,
              const std::vector<BatchPart>& parts) {
    std::vector<Outcome> outcomes = ReadOutcomes(results, parts);
    std::vector<CommittedEvents> rooms = TakeCommitted(batch, outcomes);
    {
      MutexLock lock(mu_);
      ++commits_;
      for (const CommittedEvents& room : rooms) messages_ += room.events.size();
    }
    if (!rooms.empty()) (*listener_)(std::move(rooms));
    for (size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(outcomes[i].message));
  }

  // ---- Tenants that are well, together ----

  // `blamed`: how many tenants have been taken out of the batch, since it failed.
  void CommitShared(Batch batch, int blamed) {
    const absl::Duration lock_wait = blamed == 0 ? kMaxLockWait : kMinLockWait;
    AppendTransaction made = MakeAppendTransaction(batch, postgres::Lane::kWrite, lock_wait);
    database_.Run(std::move(made.transaction),
                  [self = shared_from_this(), batch = std::move(batch), blamed,
                   parts = std::move(made.parts)](Results results) mutable {
                    if (!results.ok()) {
                      self->Divide(batch, parts, results.status(), blamed);
                      if (!batch.empty()) return self->CommitShared(std::move(batch), blamed + 1);
                    } else {
                      self->Answer(std::move(batch), *results, parts);
                    }
                    self->EndShared();
                  });
  }

  void EndShared() {
    {
      MutexLock lock(mu_);
      shared_under_way_ = false;
    }
    Next();
  }

  // The batch isn't known to be stored. Sets aside whoever is to blame; the others, which are left
  // in the batch, are to be stored before anything that came since.
  void Divide(Batch& batch, const std::vector<BatchPart>& parts, const absl::Status& error,
              int blamed) {
    const BatchPart* part = BlamedPart(error, parts);
    if (IsTheDatabases(error) && (part == nullptr || blamed >= kMaxBlamed)) {
      AnswerAll(std::exchange(batch, {}), DatabaseUnavailableError());
    } else if (part != nullptr) {
      SetAside(TakePart(batch, *part), TroubleOf(error));
    } else {
      for (auto last = parts.rbegin(); last != parts.rend(); ++last) {
        SetAside(TakePart(batch, *last), TroubleOf(error));
      }
    }
  }

  void SetAside(Batch messages, Trouble trouble) {
    const TenantKey tenant = messages.front().message.room.tenant;
    Batch refused;
    {
      MutexLock lock(mu_);
      aside_.Add(tenant, trouble, std::move(messages), SteadyTime::Now());
      if (AsideTenants::IsTables(trouble)) refused = queue_.TakeAllOf(tenant);
    }
    AnswerAll(std::move(refused), ErrorOf(trouble));
  }

  // ---- Tenants that are set aside, one after the other ----

  void CommitAside(Batch batch) {
    AppendTransaction made = MakeAppendTransaction(batch, postgres::Lane::kWriteAside, LockWait());
    database_.Run(std::move(made.transaction),
                  [self = shared_from_this(), batch = std::move(batch),
                   parts = std::move(made.parts)](Results results) mutable {
                    if (results.ok()) return self->EndAside(std::move(batch), *results, parts);
                    if (TroubleOf(results.status()) == Trouble::kBlocked) {
                      return self->WaitForLocks(std::move(batch));
                    }
                    self->GiveUpAside(std::move(batch), results.status());
                  });
  }

  void EndAside(Batch batch, const postgres::Database::Results& results,
                const std::vector<BatchPart>& parts) {
    {
      MutexLock lock(mu_);
      aside_.OnStored();
    }
    Answer(std::move(batch), results, parts);
    Next();
  }

  void GiveUpAside(Batch batch, const absl::Status& error) {
    absl::Status answer = DatabaseUnavailableError();
    {
      MutexLock lock(mu_);
      if (const Trouble trouble = TroubleOf(error); AsideTenants::IsTables(trouble)) {
        answer = ErrorOf(trouble);
        Batch others = queue_.TakeAllOf(batch.front().message.room.tenant);
        std::move(others.begin(), others.end(), std::back_inserter(batch));
        aside_.OnBroken(trouble, SteadyTime::Now());
      } else if (IsTheDatabases(error)) {
        aside_.OnGivenUp();
      } else if (batch.size() == 1) {
        answer = absl::IsInternal(error) ? error : InternalError();
        aside_.OnGivenUp();
      } else {
        aside_.OnFailed(std::exchange(batch, {}), SteadyTime::Now());
      }
    }
    AnswerAll(std::move(batch), answer);
    Next();
  }

  // The batch goes back into the queue, and is tried again when it is the tenant's turn: by then
  // without the rooms that are found to be locked.
  void WaitForLocks(Batch batch) {
    const TenantKey tenant = batch.front().message.room.tenant;
    std::vector<RoomId> rooms;
    {
      MutexLock lock(mu_);
      rooms = aside_.OnBlocked(std::move(batch), SteadyTime::Now());
    }
    if (rooms.empty()) return Next();
    postgres::TenantDatabase::Transaction transaction;
    transaction.lane = postgres::Lane::kWriteAside;
    transaction.idempotent = true;
    transaction.deadline = SteadyTime::Now() + kFindTimeout;
    transaction.statements.push_back(postgres::BoundLocks(LockWait()));
    transaction.statements.push_back(
        {sql::kFindLockedRooms, tenant, postgres::Params().Uuids(rooms)});
    database_.Run(std::move(transaction), [self = shared_from_this()](const Results& results) {
      self->OnLockedRooms(results);
      self->Next();
    });
  }

  void OnLockedRooms(const Results& results) {
    MutexLock lock(mu_);
    if (!results.ok()) return aside_.OnNothingFound();
    const postgres::Rows& rows = results->back();
    std::vector<RoomId> locked;
    for (int row = 0; row < rows.size(); ++row) locked.push_back(rows.GetUuid(row, 0));
    aside_.OnRoomsFound(locked);
  }

  // The more tenants are blocked, the less time has each: so that all have their turns.
  absl::Duration LockWait() {
    MutexLock lock(mu_);
    const size_t blocked = aside_.CountBlocked(SteadyTime::Now());
    return std::max(kMaxLockWait / static_cast<int64_t>(std::max<size_t>(blocked, 1)),
                    kMinLockWait);
  }

  postgres::TenantDatabase& database_;
  const std::shared_ptr<CommitListener> listener_;

  Mutex mu_;
  SendQueue queue_ ABSL_GUARDED_BY(mu_);
  bool shared_under_way_ ABSL_GUARDED_BY(mu_) = false;  // a transaction of tenants that are well
  AsideTenants aside_ ABSL_GUARDED_BY(mu_){queue_};
  SteadyTime look_after_aside_at_ ABSL_GUARDED_BY(mu_);
  uint64_t commits_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t messages_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t refused_ ABSL_GUARDED_BY(mu_) = 0;
};

EventWriter::EventWriter(postgres::TenantDatabases& databases, CommitListener listener)
    : databases_(databases) {
  const auto shared = std::make_shared<CommitListener>(std::move(listener));
  for (postgres::TenantDatabase& server : databases.servers()) {
    writers_.push_back(std::make_shared<ServerWriter>(server, shared));
  }
}

EventWriter::~EventWriter() = default;

EventWriter::Stats EventWriter::stats() const {
  Stats all;
  for (const auto& writer : writers_) {
    const Stats stats = writer->stats();
    all.queued_rows += stats.queued_rows;
    all.queued_bytes += stats.queued_bytes;
    all.commits += stats.commits;
    all.messages += stats.messages;
    all.refused += stats.refused;
    all.blocked_tenants += stats.blocked_tenants;
  }
  return all;
}

void EventWriter::Append(NewMessage message, SteadyTime deadline, Callback<StoredMessage> done) {
  const postgres::TenantDatabase& server = databases_.For(message.room.tenant);
  const auto writer = std::find_if(writers_.begin(), writers_.end(), [&](const auto& candidate) {
    return &candidate->database() == &server;
  });
  (*writer)->Append({std::move(message), deadline, std::move(done)});
}

}  // namespace chatter::store
