#include "server/bus/codec.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "chatter/bus/v1/bus.pb.h"
#include "chatter/v1/chat.pb.h"
#include "server/wire/encode.h"

namespace chatter::bus {
namespace {

namespace api = chatter::v1;
namespace pb = chatter::bus::v1;

const TenantKey kTenant{*SchemaName::Parse("acme"), 77};
const RoomKey kRoom{kTenant, *RoomId::Parse("01890a5d-ac96-774b-bcce-b302099a8057")};
const UserKey kUser{kTenant, "alice"};

EncodedEvent SomeEntry() {
  api::ServerEvent event;
  event.mutable_typing()->set_user_id("alice");
  return wire::Encode(event);
}

// One of each kind.
std::vector<RoomEvent> EachEvent() {
  api::RoomCreated created;
  created.add_user_ids("alice");
  api::MembersRemoved removed;
  removed.add_user_ids("bob");
  api::MessageDetails details;
  details.set_thread_seq(3);
  std::vector<RoomEvent> events;
  const auto add = [&](auto what) {
    events.push_back({.room_id = kRoom.room,
                      .seq = events.size() + 1,
                      .created_at = absl::FromUnixMicros(1'700'000'000'123'456),
                      .actor_id = "alice",
                      .service = "robot",
                      .what = std::move(what)});
  };
  add(created);
  add(MessageSent{"id", "text", details.SerializeAsString()});
  add(MessageSent{.client_message_id = "other", .text = "", .deleted = true});
  add(api::RoomUpdated());
  add(api::MembersAdded());
  add(removed);
  add(api::RolesChanged());
  add(api::MessageEdited());
  add(api::MessageDeleted());
  add(api::ReactionAdded());
  add(api::ReactionRemoved());
  add(api::MessagePinned());
  add(api::MessageUnpinned());
  add(UnknownEvent{});
  add(api::RoomDeleted());
  return events;
}

std::vector<Message> EachMessage() {
  return {Commit{{kRoom, EachEvent()}, {{kTenant, RoomId::Generate(1)}, {EachEvent().front()}}},
          Notice{kRoom, "alice", SomeEntry(), false},
          Notice{kRoom, "alice", SomeEntry()},
          UserNotice{kUser, SomeEntry()},
          RoomJoined{kTenant, kRoom.room, 3, {"alice", "bob"}},
          SettingsChanged{kTenant},
          TenantChanged{kTenant.name, {"acme.example"}},
          SessionsEnded{kTenant, {Sha256("1"), Sha256("2")}},
          ServiceAccountsChanged{},
          VisibilityChosen{kUser, true}};
}

TEST(CodecTest, EachKindComesBackAsItWas) {
  for (const Message& message : EachMessage()) {
    SCOPED_TRACE(message.index());
    const auto bytes = Encode(message);
    ASSERT_TRUE(bytes.has_value());
    const auto decoded = Decode(*bytes);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->index(), message.index());
    EXPECT_EQ(Encode(*decoded), bytes);
  }
}

TEST(CodecTest, EventsComeBackAsTheyWere) {
  const std::vector<RoomEvent> events = EachEvent();
  const auto decoded = Decode(*Encode(Commit{{kRoom, events}}));
  const auto& read = std::get<Commit>(*decoded).at(0);
  EXPECT_EQ(read.room, kRoom);
  ASSERT_EQ(read.events.size(), events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(read.events[i].room_id, kRoom.room);
    EXPECT_EQ(read.events[i].seq, events[i].seq);
    EXPECT_EQ(read.events[i].created_at, events[i].created_at);
    EXPECT_EQ(read.events[i].actor_id, "alice");
    EXPECT_EQ(read.events[i].service, "robot");
    EXPECT_EQ(read.events[i].what.index(), events[i].what.index());
  }
  const auto& sent = std::get<MessageSent>(read.events[1].what);
  EXPECT_EQ(sent.text, "text");
  EXPECT_EQ(sent.details, std::get<MessageSent>(events[1].what).details);
  EXPECT_TRUE(std::get<MessageSent>(read.events[2].what).deleted);
}

TEST(CodecTest, NoMessageIsLargerThanTheBound) {
  const auto encode = [](size_t text_bytes) {
    return Encode(Commit{{kRoom,
                          {{.room_id = kRoom.room,
                            .seq = 1,
                            .created_at = absl::UnixEpoch(),
                            .actor_id = "",
                            .what = MessageSent{"", std::string(text_bytes, 'x')}}}}});
  };
  const size_t rest = encode(kMaxMessageBytes - 1'000)->size() - (kMaxMessageBytes - 1'000);
  std::string bytes = encode(kMaxMessageBytes - rest).value();
  EXPECT_EQ(bytes.size(), kMaxMessageBytes);
  EXPECT_TRUE(Decode(bytes).has_value());
  EXPECT_EQ(encode(kMaxMessageBytes - rest + 1), std::nullopt);
  pb::BusMessage larger;
  ASSERT_TRUE(larger.ParseFromString(bytes));
  larger.mutable_commit()->mutable_rooms(0)->mutable_events(0)->set_actor_id("a");
  EXPECT_EQ(Decode(larger.SerializeAsString()), std::nullopt);
}

// What each of these does to a message that is right makes it wrong.
TEST(CodecTest, WhatNoNodeWouldPublishIsNoMessage) {
  const auto refuses = [](const Message& message, auto spoil) {
    pb::BusMessage spoilt;
    EXPECT_TRUE(spoilt.ParseFromString(*Encode(message)));
    spoil(spoilt);
    return !Decode(spoilt.SerializeAsString()).has_value();
  };
  const Message commit = Commit{{kRoom, EachEvent()}};
  const auto first = [](pb::BusMessage& m) { return m.mutable_commit()->mutable_rooms(0); };
  EXPECT_FALSE(refuses(commit, [](auto&) {}));
  EXPECT_TRUE(refuses(commit, [](auto& m) { m.mutable_commit()->clear_rooms(); }));
  EXPECT_TRUE(refuses(commit, [&](auto& m) { first(m)->clear_events(); }));
  EXPECT_FALSE(refuses(commit, [&](auto& m) { first(m)->mutable_events(1)->set_seq(1); }))
      << "an event of an earlier commit";
  EXPECT_TRUE(refuses(commit, [&](auto& m) { first(m)->mutable_events(0)->set_seq(0); }));
  EXPECT_TRUE(refuses(commit, [&](auto& m) {
    first(m)->mutable_events(0)->mutable_created_at()->set_seconds(int64_t{1} << 60);
  }));
  EXPECT_TRUE(refuses(commit, [&](auto& m) { first(m)->mutable_room()->set_id("short"); }));
  EXPECT_TRUE(refuses(
      commit, [&](auto& m) { first(m)->mutable_room()->mutable_tenant()->set_name("public"); }));
  const Message notice = UserNotice{kUser, SomeEntry()};
  EXPECT_TRUE(
      refuses(notice, [](auto& m) { m.mutable_user_notice()->mutable_user()->set_id(""); }));
  for (const std::string& entry : {std::string(), std::string("no Protobuf"),
                                   *SomeEntry() + *SomeEntry(), *SomeEntry() + "\x10\x01"}) {
    EXPECT_TRUE(refuses(notice, [&](auto& m) { m.mutable_user_notice()->set_event(entry); }));
  }
  EXPECT_TRUE(refuses(RoomJoined{kTenant, kRoom.room, 1, {}},
                      [](auto& m) { m.mutable_room_joined()->set_seq(0); }));
  EXPECT_TRUE(refuses(SessionsEnded{kTenant, {}},
                      [](auto& m) { m.mutable_sessions_ended()->add_token_digests("short"); }));
}

TEST(CodecTest, AKindOfANewerReleaseIsNoMessage) {
  EXPECT_EQ(Decode(""), std::nullopt);
  EXPECT_EQ(Decode(std::string("\xfa\x3e\x01x", 4)), std::nullopt);  // the field 1007
}

// tests/fuzz/bus_message_fuzz.cc looks further.
TEST(CodecTest, WhatIsReadOfSpoiltBytesCanBeWrittenAgain) {
  const google::protobuf::LogSilencer silencer;  // thousands of lines on text that isn't UTF-8
  std::mt19937_64 random(1);
  for (const Message& message : EachMessage()) {
    const std::string bytes = *Encode(message);
    for (int i = 0; i < 2'000; ++i) {
      std::string spoilt = bytes;
      for (uint64_t left = random() % 4; left > 0 && !spoilt.empty(); --left) {
        spoilt[random() % spoilt.size()] = static_cast<char>(random());
      }
      if (random() % 4 == 0) spoilt.resize(random() % (spoilt.size() + 1));
      const auto decoded = Decode(spoilt);
      if (!decoded.has_value()) continue;
      const auto again = Encode(*decoded);
      ASSERT_TRUE(again.has_value());
      EXPECT_TRUE(Decode(*again).has_value()) << message.index();
    }
  }
}

}  // namespace
}  // namespace chatter::bus
