#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/x509.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::crypto {

/// Detached CMS signatures (RFC 5652) of the CAdES baseline kind (RFC 5126: the signed attributes name the
/// signer's certificate by its hash). All functions are thread-safe.

/// Signs `content` as it is (no MIME, no line-end conversion): ECDSA P-256 with SHA-256, the certificate
/// included, `time` as signing time, in DER. `openssl cms -verify -cades -binary -inform DER` accepts it.
/// invalid_argument where the certificate is not for the key.
base::Result<std::string> sign_detached(std::string_view content, const Certificate& certificate,
                                        const SigningKey& key, base::Timestamp time);

/// A signature that is genuine. Whether the signer is to be trusted is for the caller to say, by comparing
/// the fingerprint with one from elsewhere or by verify_chain.
struct DetachedSignature {
  Certificate signer;                   ///< found by SignerInfo, never "the first certificate"
  std::optional<base::Timestamp> time;  ///< the signer's own claim
  /// Whether the bytes are exactly those that sign_detached writes for this signer, so that none of them is
  /// outside of what is signed or implied.
  bool minimal = false;
};

/// Checks a detached signature over `content`, with exactly one signer, whose certificate is inside.
/// invalid_argument where it is not a CMS SignedData in DER, data_loss where the signature is not over these
/// bytes or by that certificate, or the CAdES attribute is missing or names another certificate.
base::Result<DetachedSignature> verify_detached(std::string_view cms_der, std::string_view content);

/// Checks that a chain leads from the certificate to one of `authorities` and is valid at `time`.
/// permission_denied where it does not.
base::Result<void> verify_chain(const Certificate& certificate, const std::vector<Certificate>& authorities,
                                base::Timestamp time);

}  // namespace countersign::crypto
