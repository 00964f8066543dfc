// What Chatter is compared with: the simplest server of Chat streams that gRPC makes easy. It has
// no users, no rooms and, unless told otherwise, no database; everybody is in one room.
//
//   fan-out   every message is written to every stream, one gRPC write each, as it comes
//   echo      every message is answered, after one durable insert if there is a database
#include <grpcpp/grpcpp.h>
#include <libpq-fe.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "chatter/v1/chat.grpc.pb.h"

namespace chatter::bench {
namespace {

constexpr int kMaxConcurrentStreams = 1'000;  // of a connection: chatterd's limit
constexpr int kInserters = 4;                 // as many connections as chatterd has for queries
constexpr size_t kMaxWaitingInserts = 100'000;

using Response = std::shared_ptr<const v1::ChatResponse>;

std::shared_ptr<v1::ChatResponse> ReplyTo(const v1::ChatRequest& request, uint64_t seq) {
  auto response = std::make_shared<v1::ChatResponse>();
  v1::Reply* reply = response->add_events()->mutable_reply();
  reply->set_request_id(request.request_id());
  v1::SendMessageResponse* sent = reply->mutable_sent();
  sent->set_room_id(request.send().room_id());
  sent->set_seq(seq);
  sent->mutable_created_at()->set_seconds(time(nullptr));
  return response;
}

Response EventOf(const v1::SendMessage& send, const std::string& sender, uint64_t seq) {
  auto response = std::make_shared<v1::ChatResponse>();
  v1::RoomEvent* event = response->add_events()->mutable_room_event();
  event->set_room_id(send.room_id());
  event->set_seq(seq);
  event->mutable_created_at()->set_seconds(time(nullptr));
  event->set_actor_id(sender);
  event->mutable_message_sent()->set_client_message_id(send.client_message_id());
  event->mutable_message_sent()->set_text(send.text());
  return response;
}

// Inserts messages one by one, each in a commit of its own, over a few connections.
class Inserter {
 public:
  explicit Inserter(const std::string& url) {
    for (int i = 0; i < kInserters; ++i) threads_.emplace_back([this, url] { Run(url); });
  }

  ~Inserter() {
    {
      const std::lock_guard lock(mu_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void Insert(std::string text, std::function<void()> done) {
    const std::lock_guard lock(mu_);
    if (waiting_.size() >= kMaxWaitingInserts) Die("too many inserts are waiting");
    waiting_.emplace_back(std::move(text), std::move(done));
    changed_.notify_one();
  }

 private:
  using Job = std::pair<std::string, std::function<void()>>;

  [[noreturn]] static void Die(const std::string& why) {
    std::cerr << "chatter_reference: " << why << std::endl;
    std::_Exit(1);
  }

  void Run(const std::string& url) {
    PGconn* connection = PQconnectdb(url.c_str());
    if (PQstatus(connection) != CONNECTION_OK) Die(PQerrorMessage(connection));
    PQclear(
        PQprepare(connection, "insert", "INSERT INTO bench.echo (text) VALUES ($1)", 1, nullptr));
    while (true) {
      Job job;
      {
        std::unique_lock lock(mu_);
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) break;
        job = std::move(waiting_.front());
        waiting_.pop_front();
      }
      const char* text = job.first.c_str();
      PGresult* result = PQexecPrepared(connection, "insert", 1, &text, nullptr, nullptr, 0);
      if (PQresultStatus(result) != PGRES_COMMAND_OK) Die(PQerrorMessage(connection));
      PQclear(result);
      job.second();
    }
    PQfinish(connection);
  }

  std::mutex mu_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

class Room;

class Stream final : public grpc::ServerBidiReactor<v1::ChatRequest, v1::ChatResponse>,
                     public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(Room& room) : room_(room) {}

  void Begin();
  // One write each.
  void Write(Response response) {
    const std::lock_guard lock(mu_);
    if (finished_) return;
    queue_.push_back(std::move(response));
    if (queue_.size() == 1) StartWrite(queue_.front().get());
  }

  void OnReadDone(bool ok) override;

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mu_);
    queue_.pop_front();
    if (!ok || finished_) {
      queue_.clear();
    } else if (!queue_.empty()) {
      StartWrite(queue_.front().get());
    }
  }

  void OnDone() override;

 private:
  Room& room_;
  v1::ChatRequest request_;

  std::mutex mu_;               // guards what follows
  std::deque<Response> queue_;  // the front is being written
  bool finished_ = false;

  std::shared_ptr<Stream> self_;  // until OnDone
};

// The one room, and what is done with a message.
class Room {
 public:
  Room(bool fan_out, const std::string& database_url) : fan_out_(fan_out) {
    if (!database_url.empty()) inserter_ = std::make_unique<Inserter>(database_url);
  }

  void Join(const std::shared_ptr<Stream>& stream) {
    const std::lock_guard lock(mu_);
    streams_.insert(stream);
  }

  void Leave(const std::shared_ptr<Stream>& stream) {
    const std::lock_guard lock(mu_);
    streams_.erase(stream);
  }

  void Send(const std::shared_ptr<Stream>& sender, const v1::ChatRequest& request) {
    if (fan_out_) {
      // Under the lock, so that the numbers reach every stream in order.
      const std::lock_guard lock(mu_);
      const uint64_t seq = ++head_seq_;
      const Response event = EventOf(request.send(), "somebody", seq);
      for (const auto& stream : streams_) stream->Write(event);
      sender->Write(ReplyTo(request, seq));
    } else if (inserter_ != nullptr) {
      inserter_->Insert(request.send().text(),
                        [sender, reply = ReplyTo(request, 1)] { sender->Write(reply); });
    } else {
      sender->Write(ReplyTo(request, 1));
    }
  }

 private:
  const bool fan_out_;

  std::mutex mu_;  // guards what follows
  std::set<std::shared_ptr<Stream>> streams_;
  uint64_t head_seq_ = 0;

  std::unique_ptr<Inserter> inserter_;
};

void Stream::Begin() {
  self_ = shared_from_this();
  room_.Join(self_);
  StartRead(&request_);
}

void Stream::OnReadDone(bool ok) {
  if (!ok) {
    {
      const std::lock_guard lock(mu_);
      finished_ = true;
    }
    return Finish(grpc::Status::OK);
  }
  if (request_.has_open()) {
    auto opened = std::make_shared<v1::ChatResponse>();
    opened->add_events()->mutable_opened();
    Write(std::move(opened));
  } else if (request_.has_send()) {
    room_.Send(self_, request_);
  }
  StartRead(&request_);
}

void Stream::OnDone() {
  room_.Leave(self_);
  self_.reset();
}

class ChatService final : public v1::ChatService::CallbackService {
 public:
  explicit ChatService(Room& room) : room_(room) {}

  grpc::ServerBidiReactor<v1::ChatRequest, v1::ChatResponse>* Chat(
      grpc::CallbackServerContext* /*context*/) override {
    const auto stream = std::make_shared<Stream>(room_);
    stream->Begin();
    return stream.get();
  }

 private:
  Room& room_;
};

int Main(int argc, char** argv) {
  std::string mode = "fan-out";
  std::string database_url;
  CLI::App app("The server that Chatter is compared with. Prints its port. Ends on SIGTERM.");
  app.add_option("--mode", mode)->check(CLI::IsMember({"fan-out", "echo"}));
  app.add_option("--database-url", database_url, "For the inserts")
      ->envname("CHATTERD_DATABASE_URL");
  CLI11_PARSE(app, argc, argv);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Room room(mode == "fan-out", database_url);
  ChatService service(room);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << port << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
  return 0;
}

}  // namespace
}  // namespace chatter::bench

int main(int argc, char** argv) { return chatter::bench::Main(argc, argv); }
