#include "server/rpc/room_service.h"

#include <utility>
#include <vector>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using rooms::RoomChanger;
using rooms::Rooms;

namespace {

template <typename Response>
void Fill(std::vector<Room> rooms, Response* response) {
  response->mutable_rooms()->Reserve(static_cast<int>(rooms.size()));
  for (Room& room : rooms) wire::ToProto(std::move(room), response->add_rooms());
}

// Of either list of rooms.
template <typename Response>
void Fill(Page<Room> page, Response* response) {
  Fill(std::move(page.entries), response);
  response->set_next_page_token(std::move(page.next_page_token));
}

}  // namespace

grpc::ServerUnaryReactor* RoomService::CreateRoom(grpc::CallbackServerContext* context,
                                                  const v1::CreateRoomRequest* request,
                                                  v1::CreateRoomResponse* response) {
  return RunUnary<Rooms::Created>(
      context,
      [&](const TenantCaller& caller, Callback<Rooms::Created> done) {
        rooms_.Create(caller,
                      {.user_ids = wire::ToStrings(request->user_ids()),
                       .kind = request->kind(),
                       .profile = request->profile(),
                       .owner_ids = wire::ToStrings(request->owner_ids()),
                       .request_id = request->request_id(),
                       .read_mask = wire::ToStrings(request->read_mask().paths())},
                      std::move(done));
      },
      [response](Rooms::Created result) {
        wire::ToProto(std::move(result.room), response->mutable_room());
        response->set_created(result.created);
      });
}

grpc::ServerUnaryReactor* RoomService::GetRoom(grpc::CallbackServerContext* context,
                                               const v1::GetRoomRequest* request,
                                               v1::GetRoomResponse* response) {
  return RunUnary<Room>(
      context,
      [&](const TenantCaller& caller, Callback<Room> done) {
        rooms_.Get(caller, request->room_id(), wire::ToStrings(request->read_mask().paths()),
                   std::move(done));
      },
      [response](Room room) { wire::ToProto(std::move(room), response->mutable_room()); });
}

grpc::ServerUnaryReactor* RoomService::BatchGetRooms(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetRoomsRequest* request,
                                                     v1::BatchGetRoomsResponse* response) {
  return RunUnary<std::vector<Room>>(
      context,
      [&](const TenantCaller& caller, Callback<std::vector<Room>> done) {
        rooms_.BatchGet(caller, *request, std::move(done));
      },
      [response](std::vector<Room> rooms) { Fill(std::move(rooms), response); });
}

grpc::ServerUnaryReactor* RoomService::ListRooms(grpc::CallbackServerContext* context,
                                                 const v1::ListRoomsRequest* request,
                                                 v1::ListRoomsResponse* response) {
  return RunUnary<Page<Room>>(
      context,
      [&](const UserCaller& caller, Callback<Page<Room>> done) {
        rooms_.List(caller, *request, std::move(done));
      },
      [response](Page<Room> page) { Fill(std::move(page), response); });
}

grpc::ServerUnaryReactor* RoomService::BrowseRooms(grpc::CallbackServerContext* context,
                                                   const v1::BrowseRoomsRequest* request,
                                                   v1::BrowseRoomsResponse* response) {
  return RunUnary<Page<Room>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Room>> done) {
        rooms_.Browse(caller, *request, std::move(done));
      },
      [response](Page<Room> page) { Fill(std::move(page), response); });
}

grpc::ServerUnaryReactor* RoomService::UpdateRoom(grpc::CallbackServerContext* context,
                                                  const v1::UpdateRoomRequest* request,
                                                  v1::UpdateRoomResponse* response) {
  return RunUnary<Room>(
      context,
      [&](const TenantCaller& caller, Callback<Room> done) {
        rooms_.Update(caller, *request, std::move(done));
      },
      [response](Room room) { wire::ToProto(std::move(room), response->mutable_room()); });
}

grpc::ServerUnaryReactor* RoomService::ArchiveRoom(grpc::CallbackServerContext* context,
                                                   const v1::ArchiveRoomRequest* request,
                                                   v1::ArchiveRoomResponse* /*response*/) {
  return SetArchived(context, request->room_id(), true);
}

grpc::ServerUnaryReactor* RoomService::UnarchiveRoom(grpc::CallbackServerContext* context,
                                                     const v1::UnarchiveRoomRequest* request,
                                                     v1::UnarchiveRoomResponse* /*response*/) {
  return SetArchived(context, request->room_id(), false);
}

grpc::ServerUnaryReactor* RoomService::DeleteRoom(grpc::CallbackServerContext* context,
                                                  const v1::DeleteRoomRequest* request,
                                                  v1::DeleteRoomResponse* /*response*/) {
  return RunUnary<RoomChanger::Changed>(
      context,
      [&](const TenantCaller& caller, Callback<RoomChanger::Changed> done) {
        rooms_.Delete(caller, request->room_id(), std::move(done));
      },
      [](const RoomChanger::Changed&) {});
}

grpc::ServerUnaryReactor* RoomService::SetArchived(grpc::CallbackServerContext* context,
                                                   std::string_view room_id, bool archived) {
  return RunUnary<RoomChanger::Changed>(
      context,
      [&](const TenantCaller& caller, Callback<RoomChanger::Changed> done) {
        rooms_.SetArchived(caller, room_id, archived, std::move(done));
      },
      [](const RoomChanger::Changed&) {});
}

}  // namespace chatter::rpc
