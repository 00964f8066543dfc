// The stream over real gRPC, against a server in this process that says what the test wants.

#include "chatter/client/chat_stream.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <deque>
#include <functional>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "chatter/v1/chat.grpc.pb.h"
#include "client/stream/test_events.h"
#include "common/mutex.h"

namespace chatter::client {
namespace {

using test_events::Drain;
using test_events::Message;
using test_events::Opened;
using test_events::Sent;
using testing::ElementsAre;
using ServerStream = grpc::ServerReaderWriter<v1::ChatResponse, v1::ChatRequest>;

constexpr absl::Duration kPatience = absl::Seconds(20);

void Say(ServerStream& stream, std::initializer_list<v1::ServerEvent> events) {
  v1::ChatResponse response;
  for (const auto& event : events) *response.add_events() = event;
  stream.Write(response);
}

// What is true of one stream, as the server sees it; run in the order in which streams begin.
using Script = std::function<grpc::Status(const v1::Open&, ServerStream&)>;

// Reads until the client half-closes or is gone.
grpc::Status UntilClosed(ServerStream& stream) {
  v1::ChatRequest request;
  while (stream.Read(&request)) {
  }
  return grpc::Status::OK;
}

const grpc::Status kUnavailable(grpc::StatusCode::UNAVAILABLE, "gone");

class ScriptedChat final : public v1::ChatService::Service {
 public:
  void Add(Script script) {
    MutexLock lock(mu_);
    scripts_.push_back(std::move(script));
  }

  std::map<std::string, std::string> metadata() {
    MutexLock lock(mu_);
    return metadata_;
  }

  int streams() {
    MutexLock lock(mu_);
    return streams_;
  }

 private:
  grpc::Status Chat(grpc::ServerContext* context, ServerStream* stream) override {
    Script script;
    {
      MutexLock lock(mu_);
      ++streams_;
      for (const auto& [key, value] : context->client_metadata()) {
        metadata_[std::string(key.data(), key.size())] = std::string(value.data(), value.size());
      }
      if (scripts_.empty()) return kUnavailable;
      script = std::move(scripts_.front());
      scripts_.pop_front();
    }
    v1::ChatRequest request;
    if (!stream->Read(&request) || !request.has_open()) {
      return {grpc::StatusCode::FAILED_PRECONDITION, "open first"};
    }
    return script(request.open(), *stream);
  }

  Mutex mu_;
  std::deque<Script> scripts_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> metadata_ ABSL_GUARDED_BY(mu_);
  int streams_ ABSL_GUARDED_BY(mu_) = 0;
};

class ChatStreamTest : public testing::Test {
 protected:
  ChatStreamTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    options_.client.address = absl::StrCat("127.0.0.1:", port);
    options_.client.tenant = "demo";
    options_.client.token = "secret";
    options_.session.backoff = {absl::Milliseconds(5), absl::Milliseconds(20)};
    callbacks_.room_event = [this](const v1::RoomEvent& event) {
      Note(absl::StrCat(event.room_id(), " ", event.seq()));
    };
    callbacks_.ended = [this](const absl::Status& status) {
      Note(absl::StrCat("ended ", absl::StatusCodeToString(status.code())));
    };
  }

  ~ChatStreamTest() override {
    stream_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
  }

  void Start() {
    auto stream = ChatStream::Create(options_, callbacks_);
    ASSERT_TRUE(stream.ok()) << stream.status();
    stream_ = *std::move(stream);
  }

  void Note(const std::string& text) {
    MutexLock lock(mu_);
    notes_.push_back(text);
    noted_.NotifyAll(mu_);
  }

  void ForgetNotes() {
    MutexLock lock(mu_);
    notes_.clear();
  }

  // What was noted, once there is so much of it.
  std::vector<std::string> Notes(size_t count) {
    MutexLock lock(mu_);
    while (notes_.size() < count) {
      if (!noted_.WaitUntil(mu_, SteadyTime::Now() + kPatience)) break;
    }
    return notes_;
  }

  ChatStream::SendCallback NoteAnswer() {
    return [this](absl::StatusOr<v1::SendMessageResponse> response) {
      Note(response.ok()
               ? absl::StrCat("answer ", response->seq())
               : absl::StrCat("answer ", absl::StatusCodeToString(response.status().code())));
    };
  }

  ScriptedChat service_;
  std::unique_ptr<grpc::Server> server_;
  ChatStreamOptions options_;
  ChatCallbacks callbacks_;
  std::unique_ptr<ChatStream> stream_;

  Mutex mu_;
  CondVar noted_;
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mu_);
};

TEST_F(ChatStreamTest, WatchesNobodyWhoseIdTheServerWouldRefuse) {
  Start();
  for (const std::string& user_id :
       {std::string(), std::string(601, 'a'), std::string("a\n"), std::string("a\0", 2),
        std::string("\x7f"), std::string("\xc2\x85"), std::string("\xff")}) {
    EXPECT_EQ(stream_->WatchPresence({"alice", user_id}).code(), absl::StatusCode::kInvalidArgument)
        << user_id;
  }
  EXPECT_EQ(stream_->WatchPresence(std::vector<std::string>(201, "a")).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(stream_->WatchPresence({std::string(600, 'a'), "Zoë 👍"}).ok());
}

TEST_F(ChatStreamTest, HandsOnEventsAndAnswers) {
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({{"a", 5}}), Message("a", 6)});
    v1::ChatRequest request;
    stream.Read(&request);
    Say(stream, {Sent(request.request_id(), 7), Message("a", 7)});
    return UntilClosed(stream);
  });
  Start();
  ASSERT_TRUE(stream_->Send("a", "hello", NoteAnswer()).ok());
  EXPECT_THAT(Notes(3), ElementsAre("a 6", "answer 7", "a 7"));
  EXPECT_THAT(stream_->cursors(), ElementsAre(testing::Pair("a", 7)));
  const auto metadata = service_.metadata();
  EXPECT_EQ(metadata.at("x-chatter-tenant"), "demo");
  EXPECT_EQ(metadata.at("authorization"), "Bearer secret");
}

TEST_F(ChatStreamTest, NamesATenantBeyondAsciiAsBytes) {
  for (const auto& [tenant, key] :
       {std::pair("my tenant", "x-chatter-tenant"), std::pair("\u00fcnal", "x-chatter-tenant-bin"),
        std::pair(" demo", "x-chatter-tenant-bin")}) {
    service_.Add([](const v1::Open&, ServerStream& stream) {
      Say(stream, {Opened({{"a", 5}}), Message("a", 6)});
      return UntilClosed(stream);
    });
    options_.client.tenant = tenant;
    ForgetNotes();
    Start();
    ASSERT_THAT(Notes(1), ElementsAre("a 6"));
    EXPECT_EQ(service_.metadata().at(key), tenant);
    stream_.reset();
  }
}

TEST_F(ChatStreamTest, ResumesWhereTheLostStreamEnded) {
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({{"a", 5}}), Message("a", 6)});
    return kUnavailable;
  });
  std::promise<uint64_t> cursor;
  service_.Add([&cursor](const v1::Open& open, ServerStream& stream) {
    cursor.set_value(open.cursors_size() == 1 ? open.cursors(0).after_seq() : 0);
    Say(stream, {Opened({{"a", 7}}), Message("a", 6), Message("a", 7)});
    return UntilClosed(stream);
  });
  Start();
  EXPECT_THAT(Notes(2), ElementsAre("a 6", "a 7"));
  EXPECT_EQ(cursor.get_future().get(), 6u);
}

TEST_F(ChatStreamTest, SendsAgainWithTheSameId) {
  std::promise<std::string> first;
  std::promise<std::string> second;
  service_.Add([&first](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({})});
    v1::ChatRequest request;
    stream.Read(&request);
    first.set_value(request.send().client_message_id());
    return kUnavailable;
  });
  service_.Add([&second](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({})});
    v1::ChatRequest request;
    stream.Read(&request);
    second.set_value(request.send().client_message_id());
    Say(stream, {Sent(request.request_id(), 1)});
    return UntilClosed(stream);
  });
  Start();
  ASSERT_TRUE(stream_->Send("a", "hello", NoteAnswer()).ok());
  EXPECT_THAT(Notes(1), ElementsAre("answer 1"));
  EXPECT_EQ(first.get_future().get(), second.get_future().get());
}

TEST_F(ChatStreamTest, SilenceIsTakenForALoss) {
  service_.Add([](const v1::Open&, ServerStream& stream) {
    auto opened = Opened({{"a", 5}});
    opened.mutable_opened()->mutable_heartbeat_interval()->set_seconds(0);
    opened.mutable_opened()->mutable_heartbeat_interval()->set_nanos(1'000'000);
    Say(stream, {opened});
    return UntilClosed(stream);
  });
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({{"a", 6}}), Message("a", 6)});
    return UntilClosed(stream);
  });
  Start();
  EXPECT_THAT(Notes(1), ElementsAre("a 6"));
}

TEST_F(ChatStreamTest, DrainHandsOverToANewStream) {
  std::promise<void> half_closed;
  service_.Add([&half_closed](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({{"a", 5}}), Message("a", 6), Drain(0, 0)});
    const grpc::Status status = UntilClosed(stream);
    half_closed.set_value();
    return status;
  });
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({{"a", 6}}), Message("a", 7)});
    return UntilClosed(stream);
  });
  bool was_disconnected = false;
  callbacks_.disconnected = [&](const absl::Status&, absl::Duration) { was_disconnected = true; };
  Start();
  EXPECT_THAT(Notes(2), ElementsAre("a 6", "a 7"));
  half_closed.get_future().get();
  stream_->Close();
  EXPECT_FALSE(was_disconnected);
}

TEST_F(ChatStreamTest, APermanentErrorEndsIt) {
  std::promise<void> sent;
  service_.Add([&sent](const v1::Open&, ServerStream&) {
    sent.get_future().get();
    return grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "who are you?");
  });
  Start();
  ASSERT_TRUE(stream_->Send("a", "hello", NoteAnswer()).ok());
  sent.set_value();
  EXPECT_THAT(Notes(2), ElementsAre("answer UNAUTHENTICATED", "ended UNAUTHENTICATED"));
  stream_->Close();
  EXPECT_EQ(service_.streams(), 1);
  EXPECT_EQ(stream_->Send("a", "more", NoteAnswer()).code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(ChatStreamTest, CloseAnswersWhatIsUnanswered) {
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({}), Message("a", 1)});
    return UntilClosed(stream);
  });
  Start();
  Notes(1);
  ASSERT_TRUE(stream_->Send("a", "hello", NoteAnswer()).ok());
  stream_->Close();
  EXPECT_THAT(Notes(3), ElementsAre("a 1", "answer CANCELLED", "ended OK"));
  stream_->Close();
}

TEST_F(ChatStreamTest, CallbacksMayCallBack) {
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({}), Message("a", 1)});
    return UntilClosed(stream);
  });
  std::promise<void> started;
  callbacks_.room_event = [this, ready = started.get_future().share()](const v1::RoomEvent&) {
    ready.wait();
    stream_->SetTyping("a", true);
    Note(absl::StrCat("at ", stream_->cursors().at("a").seq));
    EXPECT_TRUE(stream_->Send("a", "hello", NoteAnswer()).ok());
    stream_->Close();
    Note("closed");
  };
  Start();
  started.set_value();
  EXPECT_THAT(Notes(4), ElementsAre("at 1", "closed", "answer CANCELLED", "ended OK"));
}

TEST_F(ChatStreamTest, ManySendsAtOnceFromManyThreads) {
  service_.Add([](const v1::Open&, ServerStream& stream) {
    Say(stream, {Opened({})});
    v1::ChatRequest request;
    for (uint64_t seq = 1; stream.Read(&request); ++seq) {
      Say(stream, {Sent(request.request_id(), seq)});
    }
    return grpc::Status::OK;
  });
  Start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int j = 0; j < 250; ++j) EXPECT_TRUE(stream_->Send("a", "hello", NoteAnswer()).ok());
    });
  }
  for (auto& thread : threads) thread.join();
  const auto notes = Notes(1'000);
  ASSERT_EQ(notes.size(), 1'000u);
  for (size_t i = 0; i < notes.size(); ++i) EXPECT_EQ(notes[i], absl::StrCat("answer ", i + 1));
}

// The last reference to a channel must not go on a thread of gRPC's, which then waits for itself.
TEST_F(ChatStreamTest, StreamsMayComeAndGo) {
  constexpr int kStreams = 100;
  for (int i = 0; i < kStreams; ++i) {
    service_.Add([](const v1::Open&, ServerStream& stream) {
      Say(stream, {Opened({}), Message("a", 1)});
      return UntilClosed(stream);
    });
  }
  for (size_t i = 0; i < kStreams; ++i) {
    Start();
    ASSERT_EQ(Notes(2 * i + 1).size(), 2 * i + 1);
    stream_.reset();
    ASSERT_EQ(Notes(2 * i + 2).back(), "ended OK");
  }
}

TEST(ChatStreamOptionsTest, BadOptionsAreRefused) {
  ChatStreamOptions options;
  options.client.token = "two\nlines";
  EXPECT_EQ(ChatStream::Create(options, {}).status().code(), absl::StatusCode::kInvalidArgument);
  options.client.token = "";
  options.client.tls = true;
  options.client.tls_root_certs_file = "/no/such/file";
  EXPECT_EQ(ChatStream::Create(options, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ChatStreamOptionsTest, CloseWorksWithoutAnyServer) {
  ChatStreamOptions options;
  options.client.address = "127.0.0.1:1";
  std::vector<std::string> notes;
  ChatCallbacks callbacks;
  callbacks.ended = [&](const absl::Status& status) { notes.push_back(status.ToString()); };
  auto stream = ChatStream::Create(options, callbacks);
  ASSERT_TRUE(stream.ok());
  (*stream)->Close();
  EXPECT_THAT(notes, ElementsAre("OK"));
}

}  // namespace
}  // namespace chatter::client
