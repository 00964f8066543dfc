// The rules for who is in a room, as calls: see MemberService.
//
// Thread-safe. What it is made from must outlive it. Callbacks run on the calling thread (for a
// request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ROOMS_MEMBERS_H_
#define CHATTER_SERVER_ROOMS_MEMBERS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chatter/v1/member.pb.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/model/room.h"
#include "server/rooms/room_changer.h"
#include "server/store/room_store.h"

namespace chatter::rooms {

class Members {
 public:
  Members(store::RoomStore& store, RoomChanger& changer) : store_(store), changer_(changer) {}

  // The errors of each are those that member.proto names.
  void List(const TenantCaller& caller, const v1::ListMembersRequest& request,
            Callback<Page<Member>> done);
  void Add(const TenantCaller& caller, const v1::AddMembersRequest& request,
           Callback<RoomChanger::Changed> done);
  void Remove(const TenantCaller& caller, std::string_view room_id,
              std::vector<std::string> user_ids, Callback<RoomChanger::Changed> done);
  void SetRoles(const TenantCaller& caller, std::string_view room_id,
                const std::vector<std::pair<std::string, v1::MemberRole>>& roles,
                Callback<RoomChanger::Changed> done);
  void Join(const UserCaller& caller, std::string_view room_id,
            Callback<RoomChanger::Changed> done);
  void Leave(const UserCaller& caller, std::string_view room_id,
             Callback<RoomChanger::Changed> done);

 private:
  store::RoomStore& store_;
  RoomChanger& changer_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_MEMBERS_H_
