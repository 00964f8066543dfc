#include "server/rpc/chat_service.h"

#include <utility>
#include <vector>

#include "server/interceptors/call_context.h"
#include "server/rpc/chat_stream.h"
#include "server/rpc/subscribe_stream.h"
#include "server/rpc/unary.h"
#include "server/stream/notices.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using rooms::Messages;
using store::EventReader;

namespace {

using wire::ToProto;

Messages::ListRequest FromProto(const v1::ListMessagesRequest& request) {
  Messages::ListRequest out{.room_id = request.room_id(),
                            .page_size = request.page_size(),
                            .position = {},
                            .thread_seq = request.thread_seq(),
                            .top_level_only = request.top_level_only()};
  switch (request.position_case()) {
    case v1::ListMessagesRequest::kBeforeSeq:
      out.position = Messages::Before{request.before_seq()};
      break;
    case v1::ListMessagesRequest::kAfterSeq:
      out.position = Messages::After{request.after_seq()};
      break;
    case v1::ListMessagesRequest::kAroundSeq:
      out.position = Messages::Around{request.around_seq()};
      break;
    case v1::ListMessagesRequest::POSITION_NOT_SET:
      break;
  }
  return out;
}

}  // namespace

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ChatService::Chat(
    grpc::CallbackServerContext* context) {
  return NewChatStream(sessions_, AdmitAs<UserCaller>(context));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ChatService::Subscribe(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return NewSubscribeStream(sessions_, AdmitAs<UserCaller>(context), *request);
}

grpc::ServerUnaryReactor* ChatService::SendMessage(grpc::CallbackServerContext* context,
                                                   const v1::SendMessageRequest* request,
                                                   v1::SendMessageResponse* response) {
  return RunUnary<SentMessage>(
      context,
      [&](const UserCaller& caller, Callback<SentMessage> done) {
        messages_.Send(caller, request->room_id(), request->client_message_id(), request->text(),
                       request->details(), caller.deadline(), nullptr, std::move(done));
      },
      [response](const SentMessage& sent) { ToProto(sent, response); });
}

grpc::ServerUnaryReactor* ChatService::SendTyping(grpc::CallbackServerContext* context,
                                                  const v1::SendTypingRequest* request,
                                                  v1::SendTypingResponse* /*response*/) {
  return RunUnary<RoomKey>(
      context,
      [&](const UserCaller& caller, Callback<RoomKey> done) {
        rooms_.CheckMember(caller, request->room_id(),
                           [this, user_id = caller.user_id(), active = request->active(),
                            done = std::move(done)](absl::StatusOr<RoomKey> room) mutable {
                             if (room.ok()) {
                               stream::PublishTyping(bus_, settings_, *room, user_id, active);
                             }
                             done(std::move(room));
                           });
      },
      [](const RoomKey&) {});
}

grpc::ServerUnaryReactor* ChatService::GetMessage(grpc::CallbackServerContext* context,
                                                  const v1::GetMessageRequest* request,
                                                  v1::GetMessageResponse* response) {
  return RunUnary<Message>(
      context,
      [&](const TenantCaller& caller, Callback<Message> done) {
        messages_.Get(caller, request->room_id(), request->seq(), std::move(done));
      },
      [response](Message message) { ToProto(std::move(message), response->mutable_message()); });
}

grpc::ServerUnaryReactor* ChatService::ListMessages(grpc::CallbackServerContext* context,
                                                    const v1::ListMessagesRequest* request,
                                                    v1::ListMessagesResponse* response) {
  return RunUnary<EventReader::MessagePage>(
      context,
      [&](const TenantCaller& caller, Callback<EventReader::MessagePage> done) {
        messages_.List(caller, FromProto(*request), std::move(done));
      },
      [response, position = request->position_case()](EventReader::MessagePage page) {
        response->mutable_messages()->Reserve(static_cast<int>(page.messages.size()));
        for (Message& message : page.messages) {
          ToProto(std::move(message), response->add_messages());
        }
        response->set_has_more(position == v1::ListMessagesRequest::kAfterSeq ? page.has_later
                                                                              : page.has_earlier);
        response->set_has_later(position == v1::ListMessagesRequest::kAroundSeq && page.has_later);
      });
}

grpc::ServerUnaryReactor* ChatService::BatchGetMessages(grpc::CallbackServerContext* context,
                                                        const v1::BatchGetMessagesRequest* request,
                                                        v1::BatchGetMessagesResponse* response) {
  return RunUnary<std::vector<Message>>(
      context,
      [&](const TenantCaller& caller, Callback<std::vector<Message>> done) {
        messages_.BatchGet(caller, *request, std::move(done));
      },
      [response](std::vector<Message> messages) {
        for (Message& message : messages) ToProto(std::move(message), response->add_messages());
      });
}

grpc::ServerUnaryReactor* ChatService::ListPinnedMessages(
    grpc::CallbackServerContext* context, const v1::ListPinnedMessagesRequest* request,
    v1::ListPinnedMessagesResponse* response) {
  return RunUnary<Page<Message>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Message>> done) {
        messages_.ListPinned(caller, *request, std::move(done));
      },
      [response](Page<Message> page) {
        for (Message& message : page.entries) {
          ToProto(std::move(message), response->add_messages());
        }
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

}  // namespace chatter::rpc
