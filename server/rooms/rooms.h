// The rules for rooms, as calls: who may make, see and change them.
//
// Thread-safe. What it is made from must outlive it and every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ROOMS_ROOMS_H_
#define CHATTER_SERVER_ROOMS_ROOMS_H_

#include <string>
#include <string_view>
#include <vector>

#include "chatter/v1/room.pb.h"
#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/model/room.h"
#include "server/rooms/room_changer.h"
#include "server/store/room_store.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::rooms {

class Rooms {
 public:
  Rooms(store::RoomStore& store, RoomChanger& changer, tenants::TenantSettings& settings,
        bus::Bus& bus)
      : store_(store), changer_(changer), settings_(settings), bus_(bus) {}

  struct NewRoom {
    std::vector<std::string> user_ids;
    v1::RoomKind kind = v1::ROOM_KIND_UNSPECIFIED;
    v1::RoomProfile profile = {};
    std::vector<std::string> owner_ids = {};
    std::string request_id = {};
    std::vector<std::string> read_mask = {};  // what to return of it: names of fields; empty: all
  };
  struct Created {
    Room room;
    bool created = false;  // by this very call
  };
  // Makes or finds a room, whoever is named in whatever order and however often; its members'
  // streams take it up. A DIRECT room that is archived is opened again. Errors: INVALID_ARGUMENT
  // (INVALID_FIELD, UNKNOWN_USERS, CALLER_NOT_INCLUDED), NOT_FOUND (ROOM_NOT_FOUND: the caller made
  // it with this request id, and isn't in it any more), FAILED_PRECONDITION (FEATURE_DISABLED).
  void Create(const TenantCaller& caller, NewRoom room, Callback<Created> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (ROOM_NOT_FOUND).
  void Get(const TenantCaller& caller, std::string_view room_id,
           const std::vector<std::string>& read_mask, Callback<Room> done);

  // Those of the rooms that there are and that the caller may see, ascending by id; fewer, the
  // first of them, where all would be too large an answer. Errors: INVALID_ARGUMENT
  // (INVALID_FIELD).
  void BatchGet(const TenantCaller& caller, const v1::BatchGetRoomsRequest& request,
                Callback<std::vector<Room>> done);

  // The room, if the caller is a user who is in it. Errors: INVALID_ARGUMENT (INVALID_FIELD),
  // NOT_FOUND (ROOM_NOT_FOUND), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  void CheckMember(const UserCaller& caller, std::string_view room_id, Callback<RoomKey> done);

  // The caller's rooms, the one with the most recent message first.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED).
  void List(const UserCaller& caller, const v1::ListRoomsRequest& request,
            Callback<Page<Room>> done);

  // The tenant's PUBLIC rooms, by name. Errors: INVALID_ARGUMENT (INVALID_FIELD).
  void Browse(const TenantCaller& caller, const v1::BrowseRoomsRequest& request,
              Callback<Page<Room>> done);

  // The errors of these are those that room.proto names.
  void Update(const TenantCaller& caller, const v1::UpdateRoomRequest& request,
              Callback<Room> done);
  void SetArchived(const TenantCaller& caller, std::string_view room_id, bool archived,
                   Callback<RoomChanger::Changed> done);
  void Delete(const TenantCaller& caller, std::string_view room_id,
              Callback<RoomChanger::Changed> done);

 private:
  void Make(const TenantCaller& caller, store::RoomStore::NewRoom plan,
            std::vector<std::string> requested, Callback<Created> done);
  void Reopen(const TenantCaller& caller, const RoomId& room, RoomFields fields,
              Callback<Created> done);
  void Find(const TenantCaller& caller, const RoomId& room, RoomFields fields, Callback<Room> done);

  store::RoomStore& store_;
  RoomChanger& changer_;
  tenants::TenantSettings& settings_;
  bus::Bus& bus_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_ROOMS_H_
