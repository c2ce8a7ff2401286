#include "ledger/crypto/server_certificate.h"

#include "ledger/crypto/der.h"
#include "ledger/crypto/owners.h"

namespace countersign::crypto {
namespace {

X509Ptr open(const Certificate& certificate) {
  const auto* at = raw(certificate.der());
  return X509Ptr(checked(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size()))));
}

}  // namespace

bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_for_host(const Certificate& certificate, const std::string& host) {
  const auto opened = open(certificate);
  const int found = is_address(host) ? X509_check_ip_asc(opened.get(), host.c_str(), 0)
                                     : X509_check_host(opened.get(), host.c_str(), host.size(),
                                                       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr);
  ERR_clear_error();
  return found == 1;
}

base::Result<bool> is_key_of(std::string_view key_pem, const Certificate& certificate) {
  const auto bio = memory_bio(key_pem);
  // No passphrase is asked for on a terminal.
  const PkeyPtr key(PEM_read_bio_PrivateKey(
      bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr));
  ERR_clear_error();
  if (!key) return base::fail(base::Code::invalid_argument, "not a private key in PEM without a passphrase");
  const bool same = X509_check_private_key(open(certificate).get(), key.get()) == 1;
  ERR_clear_error();
  return same;
}

bool is_self_issued(const Certificate& certificate) {
  const auto opened = open(certificate);
  return X509_NAME_cmp(X509_get_subject_name(opened.get()), X509_get_issuer_name(opened.get())) == 0;
}

}  // namespace countersign::crypto
