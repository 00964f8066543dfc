#include "server/rpc/room_service.h"

#include <string>
#include <utility>
#include <vector>

#include "server/rpc/convert.h"
#include "server/rpc/unary.h"

namespace chatter::rpc {

using chat::Rooms;

grpc::ServerUnaryReactor* RoomService::CreateRoom(grpc::CallbackServerContext* context,
                                                  const v1::CreateRoomRequest* request,
                                                  v1::CreateRoomResponse* response) {
  return RunUnary<Rooms::Created>(
      context,
      [&](const Caller& caller, Callback<Rooms::Created> done) {
        std::vector<std::string> user_ids(request->user_ids().begin(), request->user_ids().end());
        rooms_.Create(caller, std::move(user_ids), std::move(done));
      },
      [response](Rooms::Created result) {
        ToProto(std::move(result.room), response->mutable_room());
        response->set_created(result.created);
      });
}

grpc::ServerUnaryReactor* RoomService::GetRoom(grpc::CallbackServerContext* context,
                                               const v1::GetRoomRequest* request,
                                               v1::GetRoomResponse* response) {
  return RunUnary<Room>(
      context,
      [&](const Caller& caller, Callback<Room> done) {
        rooms_.Get(caller, request->room_id(), std::move(done));
      },
      [response](Room room) { ToProto(std::move(room), response->mutable_room()); });
}

grpc::ServerUnaryReactor* RoomService::ListRooms(grpc::CallbackServerContext* context,
                                                 const v1::ListRoomsRequest* request,
                                                 v1::ListRoomsResponse* response) {
  return RunUnary<Rooms::Page>(
      context,
      [&](const Caller& caller, Callback<Rooms::Page> done) {
        rooms_.List(caller, request->page_size(), request->page_token(), std::move(done));
      },
      [response](Rooms::Page page) {
        response->mutable_rooms()->Reserve(static_cast<int>(page.rooms.size()));
        for (Room& room : page.rooms) ToProto(std::move(room), response->add_rooms());
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

}  // namespace chatter::rpc
