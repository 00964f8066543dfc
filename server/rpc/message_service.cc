#include "server/rpc/message_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using Edit = store::EventReader::Edit;
using Reaction = store::EventReader::Reaction;

namespace {

template <typename Request>
rooms::MessagePlace PlaceOf(const Request& request) {
  return {.room_id = request.room_id(), .seq = request.seq()};
}

}  // namespace

grpc::ServerUnaryReactor* MessageService::EditMessage(grpc::CallbackServerContext* context,
                                                      const v1::EditMessageRequest* request,
                                                      v1::EditMessageResponse* response) {
  return RunUnary<uint64_t>(
      context,
      [&](const TenantCaller& caller, Callback<uint64_t> done) {
        changer_.Edit(caller, *request, std::move(done));
      },
      [response](uint64_t edit_seq) { response->set_edit_seq(edit_seq); });
}

grpc::ServerUnaryReactor* MessageService::DeleteMessage(grpc::CallbackServerContext* context,
                                                        const v1::DeleteMessageRequest* request,
                                                        v1::DeleteMessageResponse* /*response*/) {
  return RunCommand(context, [&](const TenantCaller& caller, StatusCallback done) {
    changer_.Delete(caller, PlaceOf(*request), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::ListEdits(grpc::CallbackServerContext* context,
                                                    const v1::ListEditsRequest* request,
                                                    v1::ListEditsResponse* response) {
  return RunUnary<Page<Edit>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Edit>> done) {
        messages_.ListEdits(caller, *request, std::move(done));
      },
      [response](Page<Edit> page) {
        for (Edit& edit : page.entries) {
          v1::MessageEdit& out = *response->add_edits();
          out.set_seq(edit.seq);
          out.set_text(std::move(edit.text));
          out.set_actor_id(std::move(edit.actor_id));
          wire::ToProto(edit.created_at, out.mutable_created_at());
        }
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

grpc::ServerUnaryReactor* MessageService::AddReaction(grpc::CallbackServerContext* context,
                                                      const v1::AddReactionRequest* request,
                                                      v1::AddReactionResponse* /*response*/) {
  return RunCommand(context, [&](const UserCaller& caller, StatusCallback done) {
    changer_.AddReaction(caller, PlaceOf(*request), request->reaction(), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::RemoveReaction(grpc::CallbackServerContext* context,
                                                         const v1::RemoveReactionRequest* request,
                                                         v1::RemoveReactionResponse* /*response*/) {
  return RunCommand(context, [&](const UserCaller& caller, StatusCallback done) {
    changer_.RemoveReaction(caller, PlaceOf(*request), request->reaction(), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::ListReactions(grpc::CallbackServerContext* context,
                                                        const v1::ListReactionsRequest* request,
                                                        v1::ListReactionsResponse* response) {
  return RunUnary<Page<Reaction>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Reaction>> done) {
        messages_.ListReactions(caller, *request, std::move(done));
      },
      [response](Page<Reaction> page) {
        for (Reaction& reaction : page.entries) {
          v1::Reaction& out = *response->add_reactions();
          out.set_reaction(std::move(reaction.reaction));
          out.set_user_id(std::move(reaction.user_id));
        }
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

grpc::ServerUnaryReactor* MessageService::PinMessage(grpc::CallbackServerContext* context,
                                                     const v1::PinMessageRequest* request,
                                                     v1::PinMessageResponse* /*response*/) {
  return RunCommand(context, [&](const TenantCaller& caller, StatusCallback done) {
    changer_.Pin(caller, PlaceOf(*request), std::move(done));
  });
}

grpc::ServerUnaryReactor* MessageService::UnpinMessage(grpc::CallbackServerContext* context,
                                                       const v1::UnpinMessageRequest* request,
                                                       v1::UnpinMessageResponse* /*response*/) {
  return RunCommand(context, [&](const TenantCaller& caller, StatusCallback done) {
    changer_.Unpin(caller, PlaceOf(*request), std::move(done));
  });
}

}  // namespace chatter::rpc
