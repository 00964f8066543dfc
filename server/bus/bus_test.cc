#include "server/bus/bus.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

namespace chatter::bus {
namespace {

// The way of every message that is sent: what was allocated for it once is enough.
TEST(InProcessBusTest, WhatStaysInTheProcessIsNeitherCopiedNorEncoded) {
  const RoomKey room{{*SchemaName::Parse("acme"), 7}, RoomId()};
  Commit commit(1, {room, {}});
  commit.front().events.push_back({.room_id = room.room,
                                   .seq = 1,
                                   .created_at = {},
                                   .actor_id = "alice",
                                   .what = MessageSent{"id", std::string(1'000, 'x')}});
  const auto text_of = [](const Commit& of) {
    return std::get<MessageSent>(of.front().events.front().what).text.data();
  };
  const CommittedEvents* const rooms = commit.data();
  const RoomEvent* const events = commit.front().events.data();
  const char* const text = text_of(commit);
  InProcessBus bus;
  int heard = 0;
  bus.Listen([&](Message message) {
    ++heard;
    const Commit taken = std::get<Commit>(std::move(message));
    EXPECT_EQ(taken.data(), rooms);
    EXPECT_EQ(taken.front().events.data(), events);
    EXPECT_EQ(text_of(taken), text);
  });
  bus.Publish(std::move(commit));
  EXPECT_EQ(heard, 1) << "by the time that it is published";
}

}  // namespace
}  // namespace chatter::bus
