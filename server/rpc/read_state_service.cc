#include "server/rpc/read_state_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/stream/notices.h"

namespace chatter::rpc {

using Moved = rooms::ReadStates::Moved;
using Unread = store::ReadStateStore::Unread;

grpc::ServerUnaryReactor* ReadStateService::MarkRead(grpc::CallbackServerContext* context,
                                                     const v1::MarkReadRequest* request,
                                                     v1::MarkReadResponse* response) {
  return RunUnary<Moved>(
      context,
      [&](const UserCaller& caller, Callback<Moved> done) {
        read_states_.MarkRead(caller, request->room_id(), request->seq(), request->silent(),
                              caller.deadline(), std::move(done));
      },
      [this, response](const Moved& moved) {
        stream::PublishReadMark(bus_, moved);
        response->set_read_seq(moved.marks.read_seq);
      });
}

grpc::ServerUnaryReactor* ReadStateService::MarkDelivered(grpc::CallbackServerContext* context,
                                                          const v1::MarkDeliveredRequest* request,
                                                          v1::MarkDeliveredResponse* response) {
  return RunUnary<Moved>(
      context,
      [&](const UserCaller& caller, Callback<Moved> done) {
        read_states_.MarkDelivered(caller, request->room_id(), request->seq(), caller.deadline(),
                                   std::move(done));
      },
      [this, response](const Moved& moved) {
        stream::PublishReadMark(bus_, moved);
        response->set_delivered_seq(moved.marks.delivered_seq);
      });
}

grpc::ServerUnaryReactor* ReadStateService::MarkUnread(grpc::CallbackServerContext* context,
                                                       const v1::MarkUnreadRequest* request,
                                                       v1::MarkUnreadResponse* response) {
  return RunUnary<Moved>(
      context,
      [&](const UserCaller& caller, Callback<Moved> done) {
        read_states_.MarkUnread(caller, request->room_id(), request->seq(), caller.deadline(),
                                std::move(done));
      },
      [this, response](const Moved& moved) {
        stream::PublishReadMark(bus_, moved);
        response->set_read_seq(moved.marks.read_seq);
      });
}

grpc::ServerUnaryReactor* ReadStateService::CountUnread(grpc::CallbackServerContext* context,
                                                        const v1::CountUnreadRequest* /*request*/,
                                                        v1::CountUnreadResponse* response) {
  return RunUnary<Unread>(
      context,
      [&](const UserCaller& caller, Callback<Unread> done) {
        read_states_.Count(caller, std::move(done));
      },
      [response](const Unread& unread) {
        response->set_unread_rooms(unread.rooms);
        response->set_unread_messages(unread.messages);
        response->set_unread_mentions(unread.mentions);
      });
}

}  // namespace chatter::rpc
