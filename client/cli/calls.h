// Calls that commands make in the same way.
#ifndef CHATTER_CLIENT_CLI_CALLS_H_
#define CHATTER_CLIENT_CLI_CALLS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chatter/client/client.h"
#include "client/cli/context.h"

namespace chatter::client::cli {

template <typename Request, typename Response>
using Method = absl::StatusOr<Response> (Client::*)(const Request&);

// Calls as the user, and prints `what` when it has succeeded.
template <typename Request, typename Response>
absl::Status CallAsUser(const Context& context, const Request& request,
                        Method<Request, Response> method, const char* what) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const absl::StatusOr<Response> response = ((**client).*method)(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << what << "\n"; });
}

// All pages of a list, as one.
template <typename Request, typename Response>
absl::StatusOr<Response> ListAll(Client& client, Request request,
                                 Method<Request, Response> method) {
  Response all;
  do {
    const absl::StatusOr<Response> page = (client.*method)(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    all.MergeFrom(*page);
    all.set_next_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_CALLS_H_
