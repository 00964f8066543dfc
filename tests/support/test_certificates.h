// For tests: authorities, and certificates that they sign.
//
// Values; nothing is written to disk. What can't fail in a test ends the process if it does.
#ifndef CHATTER_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define CHATTER_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace chatter::test {

struct TestCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

TestCertificate MakeAuthority(const std::string& name);

// `names`: subject alternative names as OpenSSL writes them, "DNS:localhost,IP:127.0.0.1" say;
// empty: none.
TestCertificate MakeCertificate(const TestCertificate& authority, const std::string& names,
                                absl::Time expires_at = absl::Now() + absl::Hours(24));

// As MakeCertificate, with a key that is too short for anybody's taste.
TestCertificate MakeWeakCertificate(const TestCertificate& authority, const std::string& names);

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_TEST_CERTIFICATES_H_
