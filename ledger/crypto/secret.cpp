#include "ledger/crypto/secret.h"

#include <openssl/crypto.h>

namespace countersign::crypto {

void Secret::wipe() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

}  // namespace countersign::crypto
