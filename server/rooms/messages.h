// The rules for messages: who may send and read them, and what they may look like.
//
// Thread-safe. What it is made from must outlive it and every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ROOMS_MESSAGES_H_
#define CHATTER_SERVER_ROOMS_MESSAGES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chatter/v1/chat.pb.h"
#include "chatter/v1/message.pb.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/model/room.h"
#include "server/rooms/send_order.h"
#include "server/store/event_reader.h"
#include "server/store/event_writer.h"
#include "server/store/message_references.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::rooms {

class Messages {
 public:
  Messages(store::EventWriter& writer, store::EventReader& reader,
           store::MessageReferences& references, tenants::TenantSettings& settings)
      : writer_(writer), reader_(reader), references_(references), settings_(settings) {}

  // `deadline`: of this send, which may be one of many of the caller's stream. `order`: of these;
  // nullptr: it is one by itself.
  // Errors: INVALID_ARGUMENT (INVALID_FIELD, UNKNOWN_USERS), NOT_FOUND (MESSAGE_NOT_FOUND),
  // FAILED_PRECONDITION (FEATURE_DISABLED), PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED: not a user),
  // and those of EventWriter::Append.
  void Send(const UserCaller& caller, std::string_view room_id, std::string client_message_id,
            std::string text, const v1::MessageDetails& details, SteadyTime deadline,
            SendOrder* order, Callback<SentMessage> done);

  struct Latest {};
  struct Before {
    uint64_t seq = 0;
  };
  struct After {
    uint64_t seq = 0;
  };
  struct Around {
    uint64_t seq = 0;
  };
  struct ListRequest {
    std::string room_id;
    int32_t page_size = 0;  // 0: kDefaultPageSize
    std::variant<Latest, Before, After, Around> position;
    uint64_t thread_seq = 0;  // only the replies to this message; 0: all messages
    bool top_level_only = false;
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND
  // (ROOM_NOT_FOUND).
  void List(const TenantCaller& caller, ListRequest request,
            Callback<store::EventReader::MessagePage> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND
  // (ROOM_NOT_FOUND, MESSAGE_NOT_FOUND).
  void Get(const TenantCaller& caller, std::string_view room_id, uint64_t seq,
           Callback<Message> done);

  // Several messages, ascending, as many as one answer holds. Errors: as of List.
  void BatchGet(const TenantCaller& caller, const v1::BatchGetMessagesRequest& request,
                Callback<std::vector<Message>> done);

  // The pinned messages, the latest first. Errors: as of List.
  void ListPinned(const TenantCaller& caller, const v1::ListPinnedMessagesRequest& request,
                  Callback<Page<Message>> done);
  // Who has reacted to a message, the oldest reaction first. Errors: as of List.
  void ListReactions(const TenantCaller& caller, const v1::ListReactionsRequest& request,
                     Callback<Page<store::EventReader::Reaction>> done);
  // The texts that a message has had, the oldest first. Errors: as of Get.
  void ListEdits(const TenantCaller& caller, const v1::ListEditsRequest& request,
                 Callback<Page<store::EventReader::Edit>> done);

 private:
  struct Draft;
  void CheckReferences(const std::shared_ptr<Draft>& draft);
  void OnReferences(const std::shared_ptr<Draft>& draft, const store::References& references);
  void AppendDraft(const std::shared_ptr<Draft>& draft);
  void Append(store::NewMessage message, SteadyTime deadline, Callback<SentMessage> done);

  store::EventWriter& writer_;
  store::EventReader& reader_;
  store::MessageReferences& references_;
  tenants::TenantSettings& settings_;
};

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_MESSAGES_H_
