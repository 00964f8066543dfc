#include "server/rpc/session_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using admin::Sessions;

namespace {

using wire::FromProto;
using wire::ToProto;

Sessions::NewSession FromProto(const v1::CreateSessionRequest& request) {
  Sessions::NewSession out{
      .user_id = request.user_id(), .ttl = {}, .idle_ttl = {}, .device = request.device()};
  if (request.has_ttl()) out.ttl = FromProto(request.ttl());
  if (request.has_idle_ttl()) out.idle_ttl = FromProto(request.idle_ttl());
  return out;
}

}  // namespace

grpc::ServerUnaryReactor* SessionService::CreateSession(grpc::CallbackServerContext* context,
                                                        const v1::CreateSessionRequest* request,
                                                        v1::CreateSessionResponse* response) {
  return RunUnary<Sessions::Created>(
      context,
      [&](const ServiceCaller& caller, Callback<Sessions::Created> done) {
        sessions_.Create(caller, FromProto(*request), std::move(done));
      },
      [response](const Sessions::Created& created) {
        ToProto(created.session, response->mutable_session());
        response->set_token(created.token);
      });
}

grpc::ServerUnaryReactor* SessionService::ListSessions(grpc::CallbackServerContext* context,
                                                       const v1::ListSessionsRequest* request,
                                                       v1::ListSessionsResponse* response) {
  return RunUnary<Page<Session>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Session>> done) {
        sessions_.List(caller, *request, std::move(done));
      },
      [response](const Page<Session>& page) {
        for (const Session& session : page.entries) ToProto(session, response->add_sessions());
        response->set_next_page_token(page.next_page_token);
      });
}

grpc::ServerUnaryReactor* SessionService::RevokeSession(grpc::CallbackServerContext* context,
                                                        const v1::RevokeSessionRequest* request,
                                                        v1::RevokeSessionResponse* /*response*/) {
  return RunUnary<Sessions::Revoked>(
      context,
      [&](const TenantCaller& caller, Callback<Sessions::Revoked> done) {
        sessions_.Revoke(caller, request->session_id(), std::move(done));
      },
      [](Sessions::Revoked) {});
}

grpc::ServerUnaryReactor* SessionService::RevokeSessions(grpc::CallbackServerContext* context,
                                                         const v1::RevokeSessionsRequest* request,
                                                         v1::RevokeSessionsResponse* response) {
  return RunUnary<Sessions::Revoked>(
      context,
      [&](const TenantCaller& caller, Callback<Sessions::Revoked> done) {
        const std::optional<std::string> device =
            request->has_device() ? std::optional(request->device()) : std::nullopt;
        sessions_.RevokeAll(caller, request->user_id(), device, std::move(done));
      },
      [response](Sessions::Revoked revoked) { response->set_revoked(revoked.sessions); });
}

}  // namespace chatter::rpc
