#include "server/rpc/message_service.h"

#include <utility>
#include <vector>

#include "server/rpc/convert.h"
#include "server/rpc/unary.h"

namespace chatter::rpc {
namespace {

template <typename Request>
chat::MessagePlace PlaceOf(const Request& request) {
  return {.room_id = request.room_id(), .seq = request.seq()};
}

}  // namespace

grpc::ServerUnaryReactor* MessageService::EditMessage(grpc::CallbackServerContext* context,
                                                      const v1::EditMessageRequest* request,
                                                      v1::EditMessageResponse* /*response*/) {
  return RunCommand(context, [&](const Caller& caller, StatusCallback done) {
    changer_.Edit(caller, PlaceOf(*request), request->text(), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::DeleteMessage(grpc::CallbackServerContext* context,
                                                        const v1::DeleteMessageRequest* request,
                                                        v1::DeleteMessageResponse* /*response*/) {
  return RunCommand(context, [&](const Caller& caller, StatusCallback done) {
    changer_.Delete(caller, PlaceOf(*request), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::ListEdits(grpc::CallbackServerContext* context,
                                                    const v1::ListEditsRequest* request,
                                                    v1::ListEditsResponse* response) {
  using Edits = std::vector<store::EventReader::Edit>;
  return RunUnary<Edits>(
      context,
      [&](const Caller& caller, Callback<Edits> done) {
        messages_.ListEdits(caller, request->room_id(), request->seq(), std::move(done));
      },
      [response](Edits edits) {
        for (store::EventReader::Edit& edit : edits) {
          v1::MessageEdit& out = *response->add_edits();
          out.set_seq(edit.seq);
          out.set_text(std::move(edit.text));
          out.set_actor_id(std::move(edit.actor_id));
          ToProto(edit.created_at, out.mutable_created_at());
        }
      });
}

grpc::ServerUnaryReactor* MessageService::AddReaction(grpc::CallbackServerContext* context,
                                                      const v1::AddReactionRequest* request,
                                                      v1::AddReactionResponse* /*response*/) {
  return RunCommand(context, [&](const Caller& caller, StatusCallback done) {
    changer_.AddReaction(caller, PlaceOf(*request), request->reaction(), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::RemoveReaction(grpc::CallbackServerContext* context,
                                                         const v1::RemoveReactionRequest* request,
                                                         v1::RemoveReactionResponse* /*response*/) {
  return RunCommand(context, [&](const Caller& caller, StatusCallback done) {
    changer_.RemoveReaction(caller, PlaceOf(*request), request->reaction(), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::ListReactions(grpc::CallbackServerContext* context,
                                                        const v1::ListReactionsRequest* request,
                                                        v1::ListReactionsResponse* response) {
  using Reactions = std::vector<v1::Reaction>;
  return RunUnary<Reactions>(
      context,
      [&](const Caller& caller, Callback<Reactions> done) {
        messages_.ListReactions(caller, request->room_id(), request->seq(), std::move(done));
      },
      [response](Reactions reactions) {
        for (v1::Reaction& reaction : reactions) *response->add_reactions() = std::move(reaction);
      });
}

grpc::ServerUnaryReactor* MessageService::PinMessage(grpc::CallbackServerContext* context,
                                                     const v1::PinMessageRequest* request,
                                                     v1::PinMessageResponse* /*response*/) {
  return RunCommand(context, [&](const Caller& caller, StatusCallback done) {
    changer_.Pin(caller, PlaceOf(*request), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::UnpinMessage(grpc::CallbackServerContext* context,
                                                       const v1::UnpinMessageRequest* request,
                                                       v1::UnpinMessageResponse* /*response*/) {
  return RunCommand(context, [&](const Caller& caller, StatusCallback done) {
    changer_.Unpin(caller, PlaceOf(*request), std::move(done));
  });
}

}  // namespace chatter::rpc
