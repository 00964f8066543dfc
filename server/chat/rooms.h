// The rules for rooms: who may make and see them.
//
// Thread-safe. The store and the bus must outlive it and every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_CHAT_ROOMS_H_
#define CHATTER_SERVER_CHAT_ROOMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/model/model.h"
#include "server/store/room_store.h"

namespace chatter::chat {

class Rooms {
 public:
  Rooms(store::RoomStore& store, bus::Bus& bus) : store_(store), bus_(bus) {}

  struct Created {
    Room room;
    bool created = false;  // by this very call
  };
  // The one DIRECT room with exactly these users, in whatever order and however often each is
  // named; its members' streams take it up. Errors: INVALID_ARGUMENT (INVALID_FIELD, UNKNOWN_USERS,
  // CALLER_NOT_INCLUDED).
  void Create(const Caller& caller, std::vector<std::string> user_ids, Callback<Created> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND).
  void Get(const Caller& caller, std::string_view room_id, Callback<Room> done);

  // The room, if the caller is a user who is in it. Errors: INVALID_ARGUMENT (INVALID_FIELD),
  // NOT_FOUND (ROOM_NOT_FOUND), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  void CheckMember(const Caller& caller, std::string_view room_id, Callback<RoomKey> done);

  struct Page {
    std::vector<Room> rooms;
    std::string next_page_token;  // empty: this was the last one
  };
  // The caller's rooms, the one with the most recent event first.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  void List(const Caller& caller, int32_t page_size, std::string_view page_token,
            Callback<Page> done);

 private:
  store::RoomStore& store_;
  bus::Bus& bus_;
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_ROOMS_H_
