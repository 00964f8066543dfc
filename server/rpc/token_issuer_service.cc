#include "server/rpc/token_issuer_service.h"

#include <utility>
#include <vector>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using admin::TokenIssuers;

namespace {

void Fill(const TokenIssuer& issuer, v1::TokenIssuer* out) {
  out->set_issuer(issuer.issuer);
  out->set_audience(issuer.audience);
  if (!issuer.jwks.empty()) out->set_jwks(issuer.jwks);
  if (!issuer.jwks_uri.empty()) out->set_jwks_uri(issuer.jwks_uri);
  out->set_create_users(issuer.create_users);
  out->set_user_claim(issuer.user_claim);
  out->set_audience_may_be_absent(issuer.audience_may_be_absent);
  wire::ToProto(issuer.created_at, out->mutable_created_at());
}

}  // namespace

grpc::ServerUnaryReactor* TokenIssuerService::SetTokenIssuer(
    grpc::CallbackServerContext* context, const v1::SetTokenIssuerRequest* request,
    v1::SetTokenIssuerResponse* response) {
  return RunUnary<TokenIssuer>(
      context,
      [&](const Administrator& caller, Callback<TokenIssuer> done) {
        const v1::TokenIssuer& issuer = request->token_issuer();
        issuers_.Set(caller, request->schema_name(),
                     {.issuer = issuer.issuer(),
                      .audience = issuer.audience(),
                      .jwks = issuer.jwks(),
                      .jwks_uri = issuer.jwks_uri(),
                      .create_users = issuer.create_users(),
                      .user_claim = issuer.user_claim(),
                      .audience_may_be_absent = issuer.audience_may_be_absent()},
                     std::move(done));
      },
      [response](const TokenIssuer& issuer) { Fill(issuer, response->mutable_token_issuer()); });
}

grpc::ServerUnaryReactor* TokenIssuerService::ListTokenIssuers(
    grpc::CallbackServerContext* context, const v1::ListTokenIssuersRequest* request,
    v1::ListTokenIssuersResponse* response) {
  return RunUnary<std::vector<TokenIssuer>>(
      context,
      [&](const Administrator& caller, Callback<std::vector<TokenIssuer>> done) {
        issuers_.List(caller, request->schema_name(), std::move(done));
      },
      [response](const std::vector<TokenIssuer>& issuers) {
        for (const TokenIssuer& issuer : issuers) Fill(issuer, response->add_token_issuers());
      });
}

grpc::ServerUnaryReactor* TokenIssuerService::DeleteTokenIssuer(
    grpc::CallbackServerContext* context, const v1::DeleteTokenIssuerRequest* request,
    v1::DeleteTokenIssuerResponse* /*response*/) {
  return RunUnary<TokenIssuers::Deleted>(
      context,
      [&](const Administrator& caller, Callback<TokenIssuers::Deleted> done) {
        issuers_.Delete(caller, request->schema_name(), request->issuer(), std::move(done));
      },
      [](const TokenIssuers::Deleted&) {});
}

}  // namespace chatter::rpc
