#include "ledger/record/token.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

namespace countersign::record {

base::Digest token_digest(Kind kind, const Salt& salt, std::string_view value) {
  thread_local crypto::Sha256 hasher;
  constexpr std::string_view kDomain("countersign/token/v1\0", 21);
  return hasher.update(kDomain)
      .update(to_string(kind))
      .update(std::uint8_t{0})
      .update(base::Bytes(salt))
      .update(value)
      .finish();
}

std::string token_text(Kind kind, const Salt& salt, std::string_view value) {
  return base::to_base64url(token_digest(kind, salt, value).view());
}

}  // namespace countersign::record
