#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/x509.h"

#include <string>
#include <string_view>

/// What a server's certificate is good for. Thread-safe.
namespace countersign::crypto {

/// Whether a host is an IP address (an IPv6 one without brackets), and not a name: by its form.
bool is_address(std::string_view host);

/// Whether a client that was told this name or address (an IPv6 one without brackets) takes the certificate
/// for it: by its alternative names alone (RFC 9525; X509_check_host(3)).
bool is_for_host(const Certificate& certificate, const std::string& host);

/// Whether the private key, in PEM and of any kind, is the certificate's. invalid_argument where it cannot be
/// read; the message does not hold the key.
base::Result<bool> is_key_of(std::string_view key_pem, const Certificate& certificate);

/// Whether it says itself that it was signed by nobody else: its issuer is its subject.
bool is_self_issued(const Certificate& certificate);

}  // namespace countersign::crypto
