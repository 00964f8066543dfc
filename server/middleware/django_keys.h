// Django's secret keys, while chatterd serves: read again where their file changes.
//
// What can't be used leaves things as they are. Thread-safe but for Refresh.
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

  // Reads the file again. What can't be used is told to the log, once. Blocks for the disk. To be
  // called by one thread.
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
