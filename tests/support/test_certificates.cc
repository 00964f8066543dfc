#include "tests/support/test_certificates.h"

#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>

#include "common/openssl.h"

namespace chatter::test {
namespace {

using openssl::Bio;
using openssl::Certificate;
using Extension = openssl::Owned<X509_EXTENSION, X509_EXTENSION_free>;
using Key = openssl::PrivateKey;

template <typename T>
T Check(T result) {
  if (result) return result;
  ERR_print_errors_fp(stderr);
  std::abort();
}

template <typename Write>
std::string ToPem(Write write) {
  const Bio bio(Check(BIO_new(BIO_s_mem())));
  Check(write(bio.get()));
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

std::string ToPem(EVP_PKEY* key) {
  return ToPem([key](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string ToPem(X509* certificate) {
  return ToPem([certificate](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

void SetName(X509_NAME* subject, const std::string& name) {
  Check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                   0));
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  const Extension extension(Check(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str())));
  Check(X509_add_ext(certificate, extension.get(), -1));
}

Certificate Begin(const std::string& name, EVP_PKEY* key, absl::Time expires_at) {
  static int serial = 0;
  Certificate certificate(Check(X509_new()));
  Check(X509_set_version(certificate.get(), X509_VERSION_3));
  Check(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial));
  SetName(X509_get_subject_name(certificate.get()), name);
  Check(X509_time_adj_ex(X509_getm_notBefore(certificate.get()), -2, 0, nullptr));
  Check(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(expires_at)));
  Check(X509_set_pubkey(certificate.get(), key));
  return certificate;
}

TestCertificate Sign(const TestCertificate& authority, const Key& key, const std::string& names,
                     absl::Time expires_at) {
  const Certificate certificate = Begin("not a name that counts", key.get(), expires_at);
  const Certificate issuer =
      Check(openssl::ReadCertificate(openssl::ReaderOf(authority.certificate)));
  const Key issuer_key = Check(openssl::ParsePrivateKey(authority.key));
  Check(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())));
  if (!names.empty()) AddExtension(certificate.get(), NID_subject_alt_name, names);
  Check(X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()));
  return {.certificate = ToPem(certificate.get()), .key = ToPem(key.get())};
}

}  // namespace

TestCertificate MakeAuthority(const std::string& name) {
  const Key key(Check(EVP_EC_gen("P-256")));
  const Certificate certificate = Begin(name, key.get(), absl::Now() + absl::Hours(24));
  Check(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())));
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  Check(X509_sign(certificate.get(), key.get(), EVP_sha256()));
  return {.certificate = ToPem(certificate.get()), .key = ToPem(key.get())};
}

TestCertificate MakeCertificate(const TestCertificate& authority, const std::string& names,
                                absl::Time expires_at) {
  return Sign(authority, Key(Check(EVP_EC_gen("P-256"))), names, expires_at);
}

TestCertificate MakeWeakCertificate(const TestCertificate& authority, const std::string& names) {
  return Sign(authority, Key(Check(EVP_RSA_gen(512))), names, absl::Now() + absl::Hours(24));
}

}  // namespace chatter::test
