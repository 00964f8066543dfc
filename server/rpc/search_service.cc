#include "server/rpc/search_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using rooms::Search;

grpc::ServerUnaryReactor* SearchService::SearchMessages(grpc::CallbackServerContext* context,
                                                        const v1::SearchMessagesRequest* request,
                                                        v1::SearchMessagesResponse* response) {
  return RunUnary<Search::Page>(
      context,
      [&](const TenantCaller& caller, Callback<Search::Page> done) {
        search_.Find(caller,
                     {.query = request->query(),
                      .room_id = request->room_id(),
                      .sender_id = request->sender_id(),
                      .page_size = request->page_size(),
                      .page_token = request->page_token()},
                     std::move(done));
      },
      [response](Search::Page page) {
        for (store::SearchReader::Hit& hit : page.hits) {
          v1::SearchHit* out = response->add_hits();
          wire::ToProto(std::move(hit.message), out->mutable_message());
          for (const v1::TextRange& range : hit.highlights) *out->add_highlights() = range;
        }
        response->set_next_page_token(std::move(page.next_page_token));
      });
}

}  // namespace chatter::rpc
