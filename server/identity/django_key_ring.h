// The keys with which Django signs, while they rotate.
//
// Thread-safe. Owned by whoever replaces them; must outlive the authenticator that reads them.
// Doesn't read files.
#ifndef CHATTER_SERVER_IDENTITY_DJANGO_KEY_RING_H_
#define CHATTER_SERVER_IDENTITY_DJANGO_KEY_RING_H_

#include <memory>
#include <utility>

#include "common/mutex.h"
#include "server/identity/django_signing.h"

namespace chatter::identity {

class DjangoKeyRing {
 public:
  explicit DjangoKeyRing(DjangoSecretKeys keys) { Replace(std::move(keys)); }

  // The keys as they are now. They stay as they are for as long as the caller holds them.
  std::shared_ptr<const DjangoSecretKeys> Current() const {
    MutexLock lock(mu_);
    return keys_;
  }

  void Replace(DjangoSecretKeys keys) {
    auto made = std::make_shared<const DjangoSecretKeys>(std::move(keys));
    MutexLock lock(mu_);
    keys_ = std::move(made);
  }

 private:
  mutable Mutex mu_;
  std::shared_ptr<const DjangoSecretKeys> keys_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_DJANGO_KEY_RING_H_
