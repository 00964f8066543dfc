// What messages refer to, looked up before they are stored.
//
// Thread-safe. The database must outlive it. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_MESSAGE_REFERENCES_H_
#define CHATTER_SERVER_STORE_MESSAGE_REFERENCES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/message.pb.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/store/event_writer.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

struct References {
  // A message as it is now.
  struct Source {
    std::string text;
    v1::MessageDetails details;
    std::string sender_id;
    absl::Time created_at;
  };
  // What the sender has stored before under the same client message id.
  struct Prior {
    std::string text;
    v1::MessageDetails details;
  };

  bool reply_found = false;                // the sender may read what the message replies to
  std::optional<bool> begins_thread;       // nullopt: the sender may not read the thread's message
  std::vector<std::string> unknown_users;  // mentioned, but not in the room
  std::optional<Source> source;            // nullopt: the sender may not read what is forwarded
  std::optional<Prior> prior;
};

class MessageReferences {
 public:
  explicit MessageReferences(postgres::TenantDatabases& database) : database_(database) {}

  // Of what `details` say of `message`. What is deleted, nobody may read. nullopt: the sender isn't
  // in the room.
  // REQUIRES: a room's id in `details.forwarded_from`, if that is there.
  void Find(const NewMessage& message, const v1::MessageDetails& details, SteadyTime deadline,
            Callback<std::optional<References>> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_MESSAGE_REFERENCES_H_
