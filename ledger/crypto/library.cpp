#include "ledger/crypto/library.h"

#include <openssl/crypto.h>

namespace countersign::crypto {

std::string_view library_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

}  // namespace countersign::crypto
