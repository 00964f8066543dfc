#include "server/rpc/search_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using Hit = store::SearchReader::Hit;

grpc::ServerUnaryReactor* SearchService::SearchMessages(grpc::CallbackServerContext* context,
                                                        const v1::SearchMessagesRequest* request,
                                                        v1::SearchMessagesResponse* response) {
  return RunUnary<Page<Hit>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<Hit>> done) {
        search_.Find(caller, *request, std::move(done));
      },
      [response](Page<Hit> page) {
        for (Hit& hit : page.entries) {
          v1::SearchHit* out = response->add_hits();
          wire::ToProto(std::move(hit.message), out->mutable_message());
          for (const v1::TextRange& range : hit.highlights) *out->add_highlights() = range;
        }
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

}  // namespace chatter::rpc
