// The program `chatter`.

#include <google/protobuf/stubs/logging.h>
#include <openssl/crypto.h>

#include <clocale>
#include <cstdlib>
#include <iostream>

#include "client/cli/program.h"

int main(int argc, char** argv) {
  // A thread of gRPC may outlive main(): nothing of OpenSSL may be cleaned up under it at exit.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  // It would complain of what the server refuses in words of its own.
  google::protobuf::SetLogHandler(nullptr);
  // gRPC would log what its errors say, too.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  // For the widths of characters; whatever the user's locale, a terminal of today takes UTF-8.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return chatter::client::cli::RunProgram(argc, argv, std::cout, std::cerr);
}
