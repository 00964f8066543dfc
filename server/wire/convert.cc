#include "server/wire/convert.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/display_name.h"

namespace chatter::wire {
namespace {

struct SetWhat {
  v1::RoomEvent* out;

  void operator()(const UnknownEvent&) const {}
  void operator()(const MessageSent& sent) const {
    auto* what = out->mutable_message_sent();
    what->set_client_message_id(sent.client_message_id);
    what->set_text(sent.text);
    what->set_deleted(sent.deleted);
    if (!sent.details.empty()) what->mutable_details()->ParseFromString(sent.details);
  }
  void operator()(const v1::RoomCreated& what) const { *out->mutable_room_created() = what; }
  void operator()(const v1::RoomUpdated& what) const { *out->mutable_room_updated() = what; }
  void operator()(const v1::MembersAdded& what) const { *out->mutable_members_added() = what; }
  void operator()(const v1::MembersRemoved& what) const { *out->mutable_members_removed() = what; }
  void operator()(const v1::RolesChanged& what) const { *out->mutable_roles_changed() = what; }
  void operator()(const v1::MessageEdited& what) const { *out->mutable_message_edited() = what; }
  void operator()(const v1::MessageDeleted& what) const { *out->mutable_message_deleted() = what; }
  void operator()(const v1::ReactionAdded& what) const { *out->mutable_reaction_added() = what; }
  void operator()(const v1::ReactionRemoved& what) const {
    *out->mutable_reaction_removed() = what;
  }
  void operator()(const v1::MessagePinned& what) const { *out->mutable_message_pinned() = what; }
  void operator()(const v1::MessageUnpinned& what) const {
    *out->mutable_message_unpinned() = what;
  }
  void operator()(const v1::RoomDeleted& what) const { *out->mutable_room_deleted() = what; }
};

// What the one who looks may do there, has read and has chosen.
void SetMembership(const Room& room, v1::Room* out) {
  using R = v1::Room;
  const auto asked = [&](int field) { return room.fields.Has(field); };
  if (asked(R::kRoleFieldNumber) && room.role.has_value()) {
    out->set_role(static_cast<v1::MemberRole>(*room.role));
  }
  if (asked(R::kFirstSeqFieldNumber)) out->set_first_seq(room.first_seq);
  if (asked(R::kReadSeqFieldNumber)) out->set_read_seq(room.read_seq);
  if (asked(R::kUnreadCountFieldNumber)) out->set_unread_count(room.unread_count);
  if (asked(R::kUnreadMentionCountFieldNumber)) {
    out->set_unread_mention_count(room.unread_mention_count);
  }
  if (asked(R::kPreferencesFieldNumber) && room.preferences.has_value()) {
    ToProto(*room.preferences, out->mutable_preferences());
  }
}

}  // namespace

void ToProto(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void ToProto(absl::Duration duration, google::protobuf::Duration* out) {
  out->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

void ToProto(const RoomEvent& event, v1::RoomEvent* out) {
  out->set_room_id(event.room_id.ToString());
  out->set_seq(event.seq);
  ToProto(event.created_at, out->mutable_created_at());
  out->set_actor_id(event.actor_id);
  out->set_service(event.service);
  std::visit(SetWhat{out}, event.what);
}

void ToProto(Room room, v1::Room* out) {
  using R = v1::Room;
  const auto asked = [&](int field) { return room.fields.Has(field); };
  if (asked(R::kIdFieldNumber)) out->set_id(room.id.ToString());
  // The numbers of both kinds are the same.
  if (asked(R::kKindFieldNumber)) out->set_kind(static_cast<v1::RoomKind>(room.kind));
  if (asked(R::kHeadSeqFieldNumber)) out->set_head_seq(room.head_seq);
  if (asked(R::kMemberCountFieldNumber)) out->set_member_count(room.member_count);
  if (asked(R::kUserIdsFieldNumber)) {
    out->mutable_user_ids()->Reserve(static_cast<int>(room.user_ids.size()));
    for (std::string& user_id : room.user_ids) out->add_user_ids(std::move(user_id));
  }
  if (asked(R::kCreatedAtFieldNumber)) ToProto(room.created_at, out->mutable_created_at());
  if (asked(R::kLastEventAtFieldNumber)) ToProto(room.last_event_at, out->mutable_last_event_at());
  if (asked(R::kLastMessageFieldNumber) && room.last_message.has_value()) {
    ToProto(*std::move(room.last_message), out->mutable_last_message());
  }
  if (asked(R::kDisplayNameFieldNumber)) out->set_display_name(DisplayNameOf(room));
  if (asked(R::kProfileFieldNumber)) *out->mutable_profile() = std::move(room.profile);
  if (asked(R::kArchivedAtFieldNumber) && room.archived_at.has_value()) {
    ToProto(*room.archived_at, out->mutable_archived_at());
  }
  SetMembership(room, out);
}

void ToProto(const RoomPreferences& preferences, v1::RoomPreferences* out) {
  out->set_notifications(static_cast<v1::NotificationLevel>(preferences.notifications));
  if (preferences.muted_until.has_value()) {
    ToProto(*preferences.muted_until, out->mutable_muted_until());
  }
  out->set_pinned(preferences.pinned);
  out->set_hidden(preferences.hidden);
}

void ToProto(const UserPreferences& preferences, v1::Preferences* out) {
  if (preferences.do_not_disturb.has_value()) {
    v1::DoNotDisturb* hours = out->mutable_do_not_disturb();
    hours->set_from_minute(preferences.do_not_disturb->from_minute);
    hours->set_to_minute(preferences.do_not_disturb->to_minute);
    hours->set_time_zone(preferences.do_not_disturb->time_zone);
  }
  out->set_hides_read_marks(preferences.hides_read_marks);
  out->set_invisible(preferences.invisible);
}

void ToProto(const Member& member, v1::Member* out) {
  out->set_room_id(member.room_id.ToString());
  out->set_user_id(member.user_id);
  out->set_joined_seq(member.joined_seq);
  out->set_role(static_cast<v1::MemberRole>(member.role));  // the numbers are the same
  out->set_display_name(member.display_name);
  out->set_read_seq(member.read_seq);
  out->set_delivered_seq(member.delivered_seq);
}

void ToProto(const RoomHead& head, v1::RoomHead* out) {
  out->set_room_id(head.room_id.ToString());
  out->set_head_seq(head.head_seq);
}

void ToProto(Message message, v1::Message* out) {
  out->set_room_id(message.room_id.ToString());
  out->set_seq(message.seq);
  out->set_sender_id(std::move(message.sender_id));
  out->set_client_message_id(std::move(message.client_message_id));
  out->set_text(std::move(message.text));
  out->set_service(std::move(message.service));
  ToProto(message.created_at, out->mutable_created_at());
  if (message.edited_at.has_value()) ToProto(*message.edited_at, out->mutable_edited_at());
  out->set_deleted(message.deleted);
  out->set_pinned(message.pinned);
  for (v1::ReactionCount& count : message.reactions) *out->add_reactions() = std::move(count);
  if (!message.details.empty()) out->mutable_details()->ParseFromString(message.details);
  if (message.last_reply_seq.has_value()) {
    out->mutable_thread()->set_reply_count(message.reply_count);
    out->mutable_thread()->set_last_reply_seq(*message.last_reply_seq);
  }
  out->set_edited_by(std::move(message.edited_by));
  out->set_edit_seq(message.edit_seq);
}

void ToProto(const SentMessage& sent, v1::SendMessageResponse* out) {
  out->set_room_id(sent.room_id.ToString());
  out->set_seq(sent.stored.seq);
  ToProto(sent.stored.created_at, out->mutable_created_at());
  out->set_duplicate(sent.stored.duplicate);
}

void ToProto(const User& user, v1::User* out) {
  out->set_id(user.id);
  out->set_display_name(user.display_name);
  if (user.created_at != absl::InfinitePast()) {
    ToProto(user.created_at, out->mutable_created_at());
  }
  out->set_deactivated(!user.active);
}

void ToProto(const UserPresence& presence, v1::Presence* out) {
  out->set_user_id(presence.user_id);
  out->set_status(static_cast<v1::PresenceStatus>(presence.status));
  if (presence.last_seen_at.has_value()) {
    ToProto(*presence.last_seen_at, out->mutable_last_seen_at());
  }
}

void ToProto(const Tenant& tenant, v1::Tenant* out) {
  out->set_schema_name(tenant.schema_name.text());
  out->set_display_name(tenant.display_name);
  for (const std::string& domain : tenant.domains) out->add_domains(domain);
  if (tenant.created_at != absl::InfinitePast()) {
    ToProto(tenant.created_at, out->mutable_created_at());
  }
  out->set_state(static_cast<v1::TenantState>(tenant.state));  // the numbers are the same
  out->set_state_reason(tenant.state_reason);
  if (tenant.state == TenantState::kDeleted) ToProto(tenant.purge_at, out->mutable_purge_at());
  out->set_attached(tenant.attached);
}

void ToProto(const Session& session, v1::Session* out) {
  out->set_id(ToHex(session.token_digest));
  out->set_user_id(session.user_id);
  ToProto(session.created_at, out->mutable_created_at());
  ToProto(session.expires_at, out->mutable_expires_at());
  out->set_device(session.device);
  if (session.idle_ttl != absl::InfiniteDuration()) {
    ToProto(session.idle_ttl, out->mutable_idle_ttl());
  }
  ToProto(session.last_used_at, out->mutable_last_used_at());
  out->set_service(session.service);
}

void ToProto(const ApiKey& key, v1::ApiKey* out) {
  out->set_id(ToHex(key.digest));
  out->set_account(key.account);
  ToProto(key.created_at, out->mutable_created_at());
  if (key.expires_at != absl::InfiniteFuture()) ToProto(key.expires_at, out->mutable_expires_at());
  if (key.last_used_at.has_value()) ToProto(*key.last_used_at, out->mutable_last_used_at());
}

std::vector<std::string> ToStrings(const google::protobuf::RepeatedPtrField<std::string>& field) {
  return {field.begin(), field.end()};
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace chatter::wire
