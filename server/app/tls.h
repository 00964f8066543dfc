// chatterd's certificates, while it serves: what gRPC shows to clients, and how that is renewed.
//
// gRPC asks at each new connection whether there is something new, and otherwise goes on with what
// it has; connections that are there stay as they are. Only what ReadTlsMaterial has found right
// gets that far, so a file that is half written, or a key that isn't there yet, changes nothing.
// TLS 1.3, or else 1.2.
//
// Not gRPC's FileWatcherCertificateProvider: in 1.51 it takes the old certificate away before it
// finds out that it can't use the new one, and then refuses everybody.
// Thread-safe but for Refresh.
#ifndef CHATTER_SERVER_APP_TLS_H_
#define CHATTER_SERVER_APP_TLS_H_

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/mutex.h"
#include "server/config/refresh_problem.h"
#include "server/config/tls_files.h"

namespace chatter::app {

class TlsCertificates {
 public:
  // REQUIRES: files.enabled().
  // Errors: INVALID_ARGUMENT, with one line that names the setting.
  static absl::StatusOr<std::unique_ptr<TlsCertificates>> Create(config::TlsFiles files);

  // For one listening port, so to be called once. This object must outlive the server.
  std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials();

  // Reads the files again. What can't be used is told to the log, once, and leaves things as they
  // are. Blocks for the disk. To be called by one thread.
  void Refresh();
  // The next Refresh tells what is wrong even if the log has it already.
  void TellAgain() { problem_.Forget(); }

 private:
  TlsCertificates(config::TlsFiles files, config::TlsMaterial material);
  // What gRPC doesn't have yet, for it to own; nullptr: nothing.
  grpc_ssl_server_certificate_config* TakeNew();
  static grpc_ssl_certificate_config_reload_status GiveToGrpc(
      void* self, grpc_ssl_server_certificate_config** config);

  const config::TlsFiles files_;
  config::RefreshProblem problem_;

  Mutex mu_;
  config::TlsMaterial material_ ABSL_GUARDED_BY(mu_);
  bool given_ ABSL_GUARDED_BY(mu_) = false;  // whether gRPC has it
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_TLS_H_
