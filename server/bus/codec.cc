#include "server/bus/codec.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "chatter/bus/v1/bus.pb.h"
#include "chatter/v1/chat.pb.h"
#include "server/wire/convert.h"

namespace chatter::bus {
namespace {

namespace api = chatter::v1;
namespace pb = chatter::bus::v1;

// Of a Timestamp: the years 1 and 9999.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;
constexpr int32_t kNanosPerSecond = 1'000'000'000;

template <typename Bytes>
std::string ToBytes(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

void Write(const TenantKey& tenant, pb::Tenant* out) {
  out->set_name(tenant.text());
  out->set_stamp(tenant.stamp);
}

void Write(const RoomKey& room, pb::Room* out) {
  Write(room.tenant, out->mutable_tenant());
  out->set_id(ToBytes(room.room.bytes()));
}

void Write(const UserKey& user, pb::User* out) {
  Write(user.tenant, out->mutable_tenant());
  out->set_id(user.user_id);
}

struct Writer {
  pb::BusMessage& out;

  void operator()(const Commit& commit) const {
    for (const auto& [room, events] : commit) {
      pb::CommittedEvents* committed = out.mutable_commit()->add_rooms();
      Write(room, committed->mutable_room());
      for (const RoomEvent& event : events) {
        api::RoomEvent* entry = committed->add_events();
        wire::ToProto(event, entry);
        entry->clear_room_id();
      }
    }
  }
  void operator()(const Notice& notice) const {
    Write(notice.room, out.mutable_notice()->mutable_room());
    out.mutable_notice()->set_user_id(notice.user_id);
    out.mutable_notice()->set_event(*notice.event);
    if (notice.typing.has_value()) out.mutable_notice()->set_typing(*notice.typing);
  }
  void operator()(const UserNotice& notice) const {
    Write(notice.user, out.mutable_user_notice()->mutable_user());
    out.mutable_user_notice()->set_event(*notice.event);
  }
  void operator()(const RoomJoined& joined) const {
    Write({joined.tenant, joined.room}, out.mutable_room_joined()->mutable_room());
    out.mutable_room_joined()->set_seq(joined.seq);
    *out.mutable_room_joined()->mutable_user_ids() = {joined.user_ids.begin(),
                                                      joined.user_ids.end()};
  }
  void operator()(const SettingsChanged& changed) const {
    Write(changed.tenant, out.mutable_settings_changed()->mutable_tenant());
  }
  void operator()(const TenantChanged& changed) const {
    out.mutable_tenant_changed()->set_name(changed.name.text());
    *out.mutable_tenant_changed()->mutable_domains() = {changed.domains.begin(),
                                                        changed.domains.end()};
  }
  void operator()(const SessionsEnded& ended) const {
    Write(ended.tenant, out.mutable_sessions_ended()->mutable_tenant());
    for (const Sha256Digest& digest : ended.token_digests) {
      out.mutable_sessions_ended()->add_token_digests(ToBytes(digest));
    }
  }
  void operator()(const ServiceAccountsChanged&) const { out.mutable_service_accounts_changed(); }
  void operator()(const VisibilityChosen& chosen) const {
    Write(chosen.user, out.mutable_visibility_chosen()->mutable_user());
    out.mutable_visibility_chosen()->set_invisible(chosen.invisible);
  }
};

template <typename Bytes>
std::optional<Bytes> ReadBytes(const std::string& text) {
  Bytes bytes;
  if (text.size() != bytes.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), bytes.begin());
  return bytes;
}

std::optional<TenantKey> Read(const pb::Tenant& tenant) {
  auto name = SchemaName::Parse(tenant.name());
  if (!name.has_value()) return std::nullopt;
  return TenantKey{*std::move(name), tenant.stamp()};
}

std::optional<RoomKey> Read(const pb::Room& room) {
  auto tenant = Read(room.tenant());
  const auto id = ReadBytes<std::array<uint8_t, 16>>(room.id());
  if (!tenant.has_value() || !id.has_value()) return std::nullopt;
  return RoomKey{*std::move(tenant), RoomId::FromBytes(*id)};
}

std::optional<UserKey> Read(const pb::User& user) {
  auto tenant = Read(user.tenant());
  if (!tenant.has_value() || user.id().empty()) return std::nullopt;
  return UserKey{*std::move(tenant), user.id()};
}

// One entry of a ChatResponse, and nothing else: it is going to stand among others.
EncodedEvent ReadEntry(const std::string& bytes) {
  api::ChatResponse response;
  if (!response.ParseFromString(bytes) || response.events_size() != 1) return nullptr;
  response.clear_events();
  return response.ByteSizeLong() > 0 ? nullptr : std::make_shared<const std::string>(bytes);
}

std::optional<absl::Time> Read(const google::protobuf::Timestamp& time) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() >= kNanosPerSecond) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

MessageSent ReadSent(const api::MessageSent& sent) {
  return {.client_message_id = sent.client_message_id(),
          .text = sent.text(),
          .details = sent.details().SerializeAsString(),
          .deleted = sent.deleted()};
}

decltype(RoomEvent::what) ReadContent(const api::RoomEvent& event) {
  switch (event.what_case()) {
    case api::RoomEvent::kRoomCreated:
      return event.room_created();
    case api::RoomEvent::kMessageSent:
      return ReadSent(event.message_sent());
    case api::RoomEvent::kRoomUpdated:
      return event.room_updated();
    case api::RoomEvent::kMembersAdded:
      return event.members_added();
    case api::RoomEvent::kMembersRemoved:
      return event.members_removed();
    case api::RoomEvent::kRolesChanged:
      return event.roles_changed();
    case api::RoomEvent::kMessageEdited:
      return event.message_edited();
    case api::RoomEvent::kMessageDeleted:
      return event.message_deleted();
    case api::RoomEvent::kReactionAdded:
      return event.reaction_added();
    case api::RoomEvent::kReactionRemoved:
      return event.reaction_removed();
    case api::RoomEvent::kMessagePinned:
      return event.message_pinned();
    case api::RoomEvent::kMessageUnpinned:
      return event.message_unpinned();
    case api::RoomEvent::kRoomDeleted:
      return event.room_deleted();
    case api::RoomEvent::WHAT_NOT_SET:
      break;
  }
  return UnknownEvent{};
}

std::optional<CommittedEvents> Read(const pb::CommittedEvents& committed) {
  auto room = Read(committed.room());
  if (!room.has_value() || committed.events().empty()) return std::nullopt;
  CommittedEvents read{*std::move(room), {}};
  for (const api::RoomEvent& event : committed.events()) {
    const auto created_at = Read(event.created_at());
    if (event.seq() == 0 || !created_at.has_value()) return std::nullopt;
    read.events.push_back({.room_id = read.room.room,
                           .seq = event.seq(),
                           .created_at = *created_at,
                           .actor_id = event.actor_id(),
                           .service = event.service(),
                           .what = ReadContent(event)});
  }
  return read;
}

std::optional<Message> Read(const pb::Commit& commit) {
  if (commit.rooms().empty()) return std::nullopt;
  Commit read;
  for (const pb::CommittedEvents& committed : commit.rooms()) {
    auto room = Read(committed);
    if (!room.has_value()) return std::nullopt;
    read.push_back(*std::move(room));
  }
  return read;
}

std::optional<Message> Read(const pb::Notice& notice) {
  auto room = Read(notice.room());
  EncodedEvent event = ReadEntry(notice.event());
  if (!room.has_value() || event == nullptr) return std::nullopt;
  return Notice{*std::move(room), notice.user_id(), std::move(event),
                notice.has_typing() ? std::optional(notice.typing()) : std::nullopt};
}

std::optional<Message> Read(const pb::UserNotice& notice) {
  auto user = Read(notice.user());
  EncodedEvent event = ReadEntry(notice.event());
  if (!user.has_value() || event == nullptr) return std::nullopt;
  return UserNotice{*std::move(user), std::move(event)};
}

std::optional<Message> Read(const pb::RoomJoined& joined) {
  auto room = Read(joined.room());
  if (!room.has_value() || joined.seq() == 0) return std::nullopt;
  return RoomJoined{std::move(room->tenant), room->room, joined.seq(),
                    wire::ToStrings(joined.user_ids())};
}

std::optional<Message> Read(const pb::SettingsChanged& changed) {
  auto tenant = Read(changed.tenant());
  if (!tenant.has_value()) return std::nullopt;
  return SettingsChanged{*std::move(tenant)};
}

std::optional<Message> Read(const pb::TenantChanged& changed) {
  auto name = SchemaName::Parse(changed.name());
  if (!name.has_value()) return std::nullopt;
  return TenantChanged{*std::move(name), wire::ToStrings(changed.domains())};
}

std::optional<Message> Read(const pb::SessionsEnded& ended) {
  auto tenant = Read(ended.tenant());
  if (!tenant.has_value()) return std::nullopt;
  SessionsEnded read{*std::move(tenant), {}};
  for (const std::string& digest : ended.token_digests()) {
    const auto bytes = ReadBytes<Sha256Digest>(digest);
    if (!bytes.has_value()) return std::nullopt;
    read.token_digests.push_back(*bytes);
  }
  return read;
}

std::optional<Message> Read(const pb::VisibilityChosen& chosen) {
  auto user = Read(chosen.user());
  if (!user.has_value()) return std::nullopt;
  return VisibilityChosen{*std::move(user), chosen.invisible()};
}

}  // namespace

std::optional<std::string> Encode(const Message& message) {
  pb::BusMessage out;
  std::visit(Writer{out}, message);
  if (out.ByteSizeLong() > kMaxMessageBytes) return std::nullopt;
  return out.SerializeAsString();
}

std::optional<Message> Decode(std::string_view bytes) {
  pb::BusMessage message;
  if (bytes.size() > kMaxMessageBytes ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  switch (message.what_case()) {
    case pb::BusMessage::kCommit:
      return Read(message.commit());
    case pb::BusMessage::kNotice:
      return Read(message.notice());
    case pb::BusMessage::kUserNotice:
      return Read(message.user_notice());
    case pb::BusMessage::kRoomJoined:
      return Read(message.room_joined());
    case pb::BusMessage::kSettingsChanged:
      return Read(message.settings_changed());
    case pb::BusMessage::kTenantChanged:
      return Read(message.tenant_changed());
    case pb::BusMessage::kSessionsEnded:
      return Read(message.sessions_ended());
    case pb::BusMessage::kServiceAccountsChanged:
      return ServiceAccountsChanged{};
    case pb::BusMessage::kVisibilityChosen:
      return Read(message.visibility_chosen());
    case pb::BusMessage::WHAT_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace chatter::bus
