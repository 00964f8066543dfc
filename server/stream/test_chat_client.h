// A client of sessions without gRPC, and what the tests of sessions share.
#ifndef CHATTER_SERVER_STREAM_TEST_CHAT_CLIENT_H_
#define CHATTER_SERVER_STREAM_TEST_CHAT_CLIENT_H_

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "server/stream/chat_session.h"
#include "tests/support/core_stack.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_database.h"

namespace chatter::stream {

using test::CoreStack;
using test::FakeClock;
using test::TestDatabase;

// A client at the other end of a session: keeps what it is sent.
class TestClient final : public ChatSession::Transport,
                         public std::enable_shared_from_this<TestClient> {
 public:
  static std::shared_ptr<TestClient> Connect(CoreStack& stack, const TenantKey& tenant,
                                             const std::string& user) {
    return Connect(stack, tenant, Principal{CredentialKind::kSession, user});
  }
  static std::shared_ptr<TestClient> Connect(CoreStack& stack, const TenantKey& tenant,
                                             const Principal& principal) {
    auto client = std::make_shared<TestClient>(stack);
    client->session_ = stack.conversation.sessions.New(
        *UserCaller::Of({.tenant = tenant, .principal = principal}), client);
    stack.conversation.sessions.Begin(client->session_);
    return client;
  }

  explicit TestClient(CoreStack& stack) : stack_(stack) {}

  void Disconnect() { stack_.conversation.sessions.End(session_); }

  void OnOutput() override {
    MutexLock lock(mu_);
    if (!stalled_) Drain();
    changed_.NotifyAll(mu_);
  }
  void OnRoom() override { ++times_told_of_room_; }

  // Reads nothing more until Resume.
  void Stall() {
    MutexLock lock(mu_);
    stalled_ = true;
  }
  void Resume() {
    MutexLock lock(mu_);
    stalled_ = false;
    Drain();
  }

  void Open(const std::map<RoomId, uint64_t>& cursors = {}, const Epoch& epoch = {}) {
    v1::ChatRequest request;
    request.mutable_open()->set_epoch(epoch);
    for (const auto& [room, seq] : cursors) {
      auto* cursor = request.mutable_open()->add_cursors();
      cursor->set_room_id(room.ToString());
      cursor->set_after_seq(seq);
    }
    session_->OnRequest(request);
  }

  void Send(const RoomId& room, const std::string& id, const std::string& text,
            const v1::MessageDetails& details = {}) {
    v1::ChatRequest request;
    request.set_request_id(id);
    request.mutable_send()->set_room_id(room.ToString());
    request.mutable_send()->set_client_message_id(id);
    request.mutable_send()->set_text(text);
    *request.mutable_send()->mutable_details() = details;
    session_->OnRequest(request);
  }

  // Waits until an event that fits has come; returns the first such.
  v1::ServerEvent WaitFor(const std::function<bool(const v1::ServerEvent&)>& fits) {
    MutexLock lock(mu_);
    while (true) {
      const auto found = std::find_if(events_.begin(), events_.end(), fits);
      if (found != events_.end()) return *found;
      changed_.Wait(mu_);
    }
  }
  v1::ServerEvent WaitForSeq(const RoomId& room, uint64_t seq) {
    return WaitFor([&](const v1::ServerEvent& event) {
      return event.room_event().room_id() == room.ToString() && event.room_event().seq() == seq;
    });
  }
  v1::ServerEvent WaitForKind(v1::ServerEvent::EventCase kind) {
    return WaitFor([&](const v1::ServerEvent& event) { return event.event_case() == kind; });
  }
  v1::ServerEvent WaitForCaughtUp(const RoomId& room) {
    return WaitFor([&](const v1::ServerEvent& event) {
      return event.caught_up().room_id() == room.ToString();
    });
  }
  absl::Status WaitForEnd() {
    MutexLock lock(mu_);
    while (true) {
      if (const auto end = session_->TakeEnd()) return *end;
      changed_.Wait(mu_);
    }
  }

  std::vector<v1::ServerEvent> events() {
    MutexLock lock(mu_);
    return events_;
  }
  // The sequence numbers of a room's events, as they came.
  std::vector<uint64_t> Seqs(const RoomId& room) {
    std::vector<uint64_t> seqs;
    for (const v1::ServerEvent& event : events()) {
      if (event.room_event().room_id() == room.ToString()) seqs.push_back(event.room_event().seq());
    }
    return seqs;
  }
  ChatSession& session() { return *session_; }
  int times_told_of_room() const { return times_told_of_room_; }

 private:
  void Drain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    while (true) {
      std::string bytes;
      for (const EncodedEvent& event : session_->TakeFrame()) bytes += *event;
      if (bytes.empty()) return;
      v1::ChatResponse response;
      ASSERT_TRUE(response.ParseFromString(bytes));
      events_.insert(events_.end(), response.events().begin(), response.events().end());
    }
  }

  CoreStack& stack_;
  std::shared_ptr<ChatSession> session_;
  std::atomic<int> times_told_of_room_ = 0;
  Mutex mu_;
  CondVar changed_;
  bool stalled_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<v1::ServerEvent> events_ ABSL_GUARDED_BY(mu_);
};

inline std::vector<uint64_t> Range(uint64_t first, uint64_t last) {
  std::vector<uint64_t> range;
  for (uint64_t seq = first; seq <= last; ++seq) range.push_back(seq);
  return range;
}

inline std::string ReplyReason(const v1::ServerEvent& reply) {
  google::rpc::ErrorInfo info;
  for (const auto& detail : reply.reply().error().details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

class ChatSessionTest : public ::testing::Test {
 protected:
  std::shared_ptr<TestClient> Connect(const std::string& user) {
    return Keep(TestClient::Connect(stack_, tenant_, user));
  }
  std::shared_ptr<TestClient> Keep(std::shared_ptr<TestClient> client) {
    clients_.push_back(client);
    return client;
  }
  void Store(const RoomId& room, int count, const std::string& text = "text") {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(
          stack_.Send({tenant_, room}, "alice", absl::StrCat("stored", next_id_++), text).ok());
    }
  }
  void TearDown() override {
    for (const auto& client : clients_) client->Disconnect();
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  FakeClock clock_;
  CoreStack stack_{database_.url(), clock_, {.max_live_bytes = 64 << 10}};
  const RoomId room_ = stack_.AddRoom(tenant_, {"alice", "bob"});
  std::vector<std::shared_ptr<TestClient>> clients_;
  int next_id_ = 0;
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_TEST_CHAT_CLIENT_H_
