#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/crypto/x509.h"

#include <filesystem>

namespace countersign::apps {

/// What signs bundles: an ECDSA P-256 key and the certificate for it.
struct BundleSigner {
  crypto::Certificate certificate;
  crypto::SigningKey key;
};

/// Reads key and certificate. Errors say which file is wrong and how to mend it: not_found,
/// failed_precondition where the certificate is not for the key. Changes nothing.
base::Result<BundleSigner> read_signer(const Config& config);

/// A fresh key and a certificate for it, valid for ten years from now: as `init` makes them.
base::Result<BundleSigner> make_signer(const Config& config);

/// Whether a rotation was cut short after its key and certificate were made.
bool has_next_signer(const Config& config);
/// Makes the next key and certificate durable beside those in use; where they are there, reads them.
base::Result<BundleSigner> prepare_next_signer(const Config& config);
/// Lets the next take the place of those in use. The certificate before stays, as `<name>-<8 digits of its
/// fingerprint>.pem` beside it.
base::Result<void> switch_signer(const Config& config);

}  // namespace countersign::apps
