// RoomService: the wire's side of rooms::Rooms.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_ROOM_SERVICE_H_
#define CHATTER_SERVER_RPC_ROOM_SERVICE_H_

#include <string_view>

#include "chatter/v1/room.grpc.pb.h"
#include "server/rooms/rooms.h"
#include "server/rpc/arena_messages.h"

namespace chatter::rpc {

class RoomService final : public v1::RoomService::CallbackService {
 public:
  explicit RoomService(rooms::Rooms& rooms) : rooms_(rooms) {
    SetMessageAllocatorFor_BatchGetRooms(&batch_get_rooms_);
    SetMessageAllocatorFor_ListRooms(&list_rooms_);
  }

  grpc::ServerUnaryReactor* CreateRoom(grpc::CallbackServerContext* context,
                                       const v1::CreateRoomRequest* request,
                                       v1::CreateRoomResponse* response) override;
  grpc::ServerUnaryReactor* GetRoom(grpc::CallbackServerContext* context,
                                    const v1::GetRoomRequest* request,
                                    v1::GetRoomResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetRooms(grpc::CallbackServerContext* context,
                                          const v1::BatchGetRoomsRequest* request,
                                          v1::BatchGetRoomsResponse* response) override;
  grpc::ServerUnaryReactor* ListRooms(grpc::CallbackServerContext* context,
                                      const v1::ListRoomsRequest* request,
                                      v1::ListRoomsResponse* response) override;
  grpc::ServerUnaryReactor* BrowseRooms(grpc::CallbackServerContext* context,
                                        const v1::BrowseRoomsRequest* request,
                                        v1::BrowseRoomsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateRoom(grpc::CallbackServerContext* context,
                                       const v1::UpdateRoomRequest* request,
                                       v1::UpdateRoomResponse* response) override;
  grpc::ServerUnaryReactor* ArchiveRoom(grpc::CallbackServerContext* context,
                                        const v1::ArchiveRoomRequest* request,
                                        v1::ArchiveRoomResponse* response) override;
  grpc::ServerUnaryReactor* UnarchiveRoom(grpc::CallbackServerContext* context,
                                          const v1::UnarchiveRoomRequest* request,
                                          v1::UnarchiveRoomResponse* response) override;
  grpc::ServerUnaryReactor* DeleteRoom(grpc::CallbackServerContext* context,
                                       const v1::DeleteRoomRequest* request,
                                       v1::DeleteRoomResponse* response) override;

 private:
  grpc::ServerUnaryReactor* SetArchived(grpc::CallbackServerContext* context,
                                        std::string_view room_id, bool archived);

  rooms::Rooms& rooms_;
  ArenaMessages<v1::BatchGetRoomsRequest, v1::BatchGetRoomsResponse> batch_get_rooms_;
  ArenaMessages<v1::ListRoomsRequest, v1::ListRoomsResponse> list_rooms_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_ROOM_SERVICE_H_
