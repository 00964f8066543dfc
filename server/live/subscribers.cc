#include "server/live/subscribers.h"

#include <utility>
#include <variant>

namespace chatter::live {
namespace {

struct Tell {
  const Subscribers& to;

  void operator()(bus::Commit& commit) const { to.hub.OnEvents(std::move(commit)); }
  void operator()(bus::Notice& notice) const { to.hub.OnNotice(std::move(notice)); }
  void operator()(bus::UserNotice& notice) const { to.hub.OnUserNotice(std::move(notice)); }
  void operator()(bus::RoomJoined& joined) const { to.hub.OnRoomJoined(std::move(joined)); }
  void operator()(const bus::SettingsChanged& changed) const {
    to.settings.Forget(changed.tenant);  // first: presence asks for them
    to.presence.OnSettingsChanged(changed.tenant);
  }
  void operator()(const bus::TenantChanged& changed) const {
    to.directory.Forget(changed.name, changed.domains);
  }
  void operator()(const bus::SessionsEnded& ended) const {
    for (const Sha256Digest& digest : ended.token_digests) {
      to.authenticators.Forget(ended.tenant, identity::Credential::Form::kBearer, digest);
    }
  }
  void operator()(const bus::ServiceAccountsChanged&) const { to.authenticators.ForgetAll(); }
  void operator()(const bus::VisibilityChosen& chosen) const {
    to.presence.SetInvisible(chosen.user, chosen.invisible);
  }
};

}  // namespace

void Subscribers::operator()(bus::Message message) const { std::visit(Tell{*this}, message); }

}  // namespace chatter::live
