// From the domain's values to the API's messages, and back where that isn't one handler's own
// matter.
//
// Pure functions, thread-safe, free of gRPC. Each fills a message that is empty; none of them
// checks anything: what is stored was checked on the way in.
#ifndef CHATTER_SERVER_WIRE_CONVERT_H_
#define CHATTER_SERVER_WIRE_CONVERT_H_

#include <string>
#include <vector>

#include "chatter/v1/chat.pb.h"
#include "chatter/v1/preference.pb.h"
#include "chatter/v1/room.pb.h"
#include "chatter/v1/service_account.pb.h"
#include "chatter/v1/session.pb.h"
#include "chatter/v1/tenant.pb.h"
#include "chatter/v1/user.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/model/model.h"
#include "server/model/preferences.h"
#include "server/model/presence.h"
#include "server/model/room.h"
#include "server/model/service_account.h"

namespace chatter::wire {

void ToProto(absl::Time time, google::protobuf::Timestamp* out);
void ToProto(absl::Duration duration, google::protobuf::Duration* out);

// Leaves `what` unset for an UnknownEvent, as clients expect of a kind they don't know.
void ToProto(const RoomEvent& event, v1::RoomEvent* out);
void ToProto(Room room, v1::Room* out);
void ToProto(const RoomPreferences& preferences, v1::RoomPreferences* out);
void ToProto(const UserPreferences& preferences, v1::Preferences* out);
void ToProto(const Member& member, v1::Member* out);
void ToProto(const RoomHead& head, v1::RoomHead* out);

void ToProto(Message message, v1::Message* out);
void ToProto(const SentMessage& sent, v1::SendMessageResponse* out);

void ToProto(const User& user, v1::User* out);
void ToProto(const UserPresence& presence, v1::Presence* out);

void ToProto(const Tenant& tenant, v1::Tenant* out);
void ToProto(const Session& session, v1::Session* out);
void ToProto(const ApiKey& key, v1::ApiKey* out);

absl::Duration FromProto(const google::protobuf::Duration& duration);
std::vector<std::string> ToStrings(const google::protobuf::RepeatedPtrField<std::string>& field);

}  // namespace chatter::wire

#endif  // CHATTER_SERVER_WIRE_CONVERT_H_
