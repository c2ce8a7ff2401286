#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/x509.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::crypto {

/// Timestamps by a third party (RFC 3161, with ESSCertIDv2 of RFC 5816). All functions are thread-safe.

struct TimestampRequest {
  std::string der;    ///< to be sent as application/timestamp-query
  std::string nonce;  ///< big-endian bytes, to be compared with the response's
};

/// Asks for a timestamp over `data` (SHA-256), with a random nonce and the authority's certificate.
TimestampRequest make_timestamp_request(std::string_view data, const Entropy& entropy);

/// What a response proves: that the authority saw the data at that time.
struct TimestampToken {
  base::Timestamp time;   ///< genTime
  std::string authority;  ///< subject of the certificate that signed: by SignerInfo and ESSCertID
  std::string policy;     ///< dotted object identifier
  Certificate signer;
};

struct TimestampCheck {
  std::string nonce = {};  ///< as in TimestampRequest; empty: not known, not compared
  /// Certificates that the reader trusts, the chain between them and the signer included where the response
  /// does not bring it. Empty: the chain is not checked, and nothing is known of who signed.
  std::vector<Certificate> authorities = {};
};

/// Checks a response (TimeStampResp in DER) over `data`: granted; SHA-256, SHA-384 or SHA-512 imprint; nonce;
/// one signer, found by issuer and serial number and by ESSCertID; its signature; extended key usage exactly
/// timeStamping, critical; the chain, valid at genTime. invalid_argument where it is not a response in DER,
/// failed_precondition where the authority refused, data_loss where it is over other data or the signature is
/// wrong, permission_denied where the signer may not sign timestamps or the chain does not lead to
/// `authorities`.
base::Result<TimestampToken> verify_timestamp(std::string_view response_der, std::string_view data,
                                              const TimestampCheck& check);

/// The response with the same token and no other text than "granted": what is kept. Errors: invalid_argument.
base::Result<std::string> minimal_timestamp(std::string_view response_der);

}  // namespace countersign::crypto
