// The files that connection encryption needs: read, and checked as a handshake would check them.
//
// Nothing here is kept. Free of gRPC. Pure functions but for the file system.
#ifndef CHATTER_SERVER_CONFIG_TLS_FILES_H_
#define CHATTER_SERVER_CONFIG_TLS_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace chatter::config {

// Where they are, all of them PEM; see the settings of the same names.
struct TlsFiles {
  std::string certificate;  // empty: connections aren't encrypted
  std::string key;
  std::string client_ca;  // empty: clients aren't asked for certificates

  bool enabled() const { return !certificate.empty(); }
};

// What is in them.
struct TlsMaterial {
  std::string certificate_chain;
  std::string key;  // never logged
  std::string client_ca;
  absl::Time expires_at;  // the first certificate of the chain

  bool operator==(const TlsMaterial&) const = default;
};

// Whether the file is of this kind. Else INVALID_ARGUMENT, with what it must be, to stand behind a
// setting's name.
absl::Status CheckCertificateFile(const std::string& path);
absl::Status CheckKeyFile(const std::string& path);

// Whether others than the file's owner and group may read it.
bool IsWorldReadable(const std::string& path);

// Reads all, and checks them together. REQUIRES: files.enabled().
// Errors: INVALID_ARGUMENT, with one line that names the setting.
absl::StatusOr<TlsMaterial> ReadTlsMaterial(const TlsFiles& files);

}  // namespace chatter::config

#endif  // CHATTER_SERVER_CONFIG_TLS_FILES_H_
