// OpenSSL's objects with owners, and reading them out of PEM.
//
// Pure functions, but for OpenSSL's queue of errors, of the calling thread: what is left there,
// gRPC's TLS on the same thread would take for its own.
#ifndef CHATTER_COMMON_OPENSSL_H_
#define CHATTER_COMMON_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace chatter::openssl {

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, Freer<kFree>>;

using Bio = Owned<BIO, BIO_free>;
using Certificate = Owned<X509, X509_free>;
using PrivateKey = Owned<EVP_PKEY, EVP_PKEY_free>;

// Whoever reads PEM has no password; without this, OpenSSL would ask the terminal.
inline int GivePassword(char*, int, int, void*) { return -1; }

// Reads `pem`, which must outlive it, as far as its first NUL, which is all that gRPC sees.
inline Bio ReaderOf(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.c_str(), -1)); }

// The next one. nullptr: there is none, or half of one; the queue of errors says which.
inline Certificate ReadCertificate(const Bio& reader) {
  return Certificate(PEM_read_bio_X509(reader.get(), nullptr, &GivePassword, nullptr));
}

// nullptr: there is no key that needs no password.
inline PrivateKey ParsePrivateKey(const std::string& pem) {
  const Bio reader = ReaderOf(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(reader.get(), nullptr, &GivePassword, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace chatter::openssl

#endif  // CHATTER_COMMON_OPENSSL_H_
