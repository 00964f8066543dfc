// Django's secret keys while the server runs: they are read again when their file changes.
//
// A file that can't be used changes nothing. Thread-safe but for Refresh.
#ifndef CHATTER_SERVER_MIDDLEWARE_DJANGO_KEYS_H_
#define CHATTER_SERVER_MIDDLEWARE_DJANGO_KEYS_H_

#include <string>

#include "server/config/refresh_problem.h"
#include "server/identity/django_key_ring.h"

namespace chatter::middleware {

class DjangoKeys {
 public:
  // `keys`: what the file had in it at the start.
  DjangoKeys(std::string file, identity::DjangoSecretKeys keys);

  const identity::DjangoKeyRing& ring() const { return ring_; }

  // Reads the file again. The log is told once of a file that can't be used. Blocks for the disk.
  // Called by one thread only.
  void Refresh();
  // The next Refresh tells what is wrong even if the log has it already.
  void TellAgain() { problem_.Forget(); }

 private:
  const std::string file_;
  identity::DjangoKeyRing ring_;
  config::RefreshProblem problem_;
};

}  // namespace chatter::middleware

#endif  // CHATTER_SERVER_MIDDLEWARE_DJANGO_KEYS_H_
