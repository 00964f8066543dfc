// A gRPC service behind Chatter's middleware: bookmarks, kept in memory.
//
//   CHATTERD_DATABASE_URL=postgresql://... bookmarks 127.0.0.1:50061
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bookmarks.grpc.pb.h"
#include "chatter/middleware.h"

namespace {

namespace v1 = example::bookmarks::v1;

class Bookmarks final : public v1::BookmarkService::CallbackService {
 public:
  grpc::ServerUnaryReactor* AddBookmark(grpc::CallbackServerContext* context,
                                        const v1::AddBookmarkRequest* request,
                                        v1::AddBookmarkResponse*) override {
    return Answer(context, [&](const chatter::CallContext& call) {
      std::lock_guard lock(mu_);
      urls_[OwnerOf(call)].push_back(request->url());
    });
  }

  grpc::ServerUnaryReactor* ListBookmarks(grpc::CallbackServerContext* context,
                                          const v1::ListBookmarksRequest*,
                                          v1::ListBookmarksResponse* response) override {
    return Answer(context, [&](const chatter::CallContext& call) {
      response->set_user_id(std::string(call.user_id()));
      response->set_tenant(std::string(call.schema_name()));
      std::lock_guard lock(mu_);
      for (const std::string& url : urls_[OwnerOf(call)]) response->add_urls(url);
    });
  }

  grpc::ServerUnaryReactor* CountBookmarks(grpc::CallbackServerContext* context,
                                           const v1::CountBookmarksRequest*,
                                           v1::CountBookmarksResponse* response) override {
    return Answer(context, [&](const chatter::CallContext& call) {
      std::lock_guard lock(mu_);
      int count = 0;
      for (const auto& [owner, urls] : urls_) {
        if (owner.first == call.schema_name()) count += static_cast<int>(urls.size());
      }
      response->set_count(count);
    });
  }

 private:
  using Owner = std::pair<std::string, std::string>;  // tenant and user

  static Owner OwnerOf(const chatter::CallContext& call) {
    return {std::string(call.schema_name()), std::string(call.user_id())};
  }

  // The way of every handler: in with the middleware's leave only.
  template <typename Handle>
  static grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, Handle handle) {
    const chatter::CallContext* call = nullptr;
    const grpc::Status admitted = chatter::CallContext::Admit(context, &call);
    if (admitted.ok()) handle(*call);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(admitted);
    return reactor;
  }

  std::mutex mu_;
  std::map<Owner, std::vector<std::string>> urls_;
};

}  // namespace

int main(int argc, char** argv) {
  using chatter::Access;
  using chatter::Callers;
  const std::string service = "/example.bookmarks.v1.BookmarkService/";
  auto middleware = chatter::Middleware::Create(
      {.methods = {{service + "AddBookmark", {Callers::kUser, Access::kChanges}},
                   {service + "ListBookmarks", {Callers::kUser, Access::kReads}},
                   {service + "CountBookmarks", {Callers::kService, Access::kReads}}}});
  if (!middleware.ok()) {
    std::cerr << "bookmarks: " << middleware.status().message() << '\n';
    return 2;
  }
  Bookmarks bookmarks;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argc > 1 ? argv[1] : "127.0.0.1:50061",
                           grpc::InsecureServerCredentials());
  builder.RegisterService(&bookmarks);
  (*middleware)->Install(builder);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
}
