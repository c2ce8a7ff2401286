// A time-stamp authority's answer (RFC 3161).

#include "ledger/crypto/timestamp.h"
#include "tests/fuzz/property.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto response = base::text_of({data, size});
  const auto token = crypto::verify_timestamp(response, "data", {});
  const auto minimal = crypto::minimal_timestamp(response);
  if (token) PROPERTY(minimal.has_value());
  if (minimal) {
    const auto again = crypto::minimal_timestamp(*minimal);
    PROPERTY(again.has_value() && *again == *minimal);
    PROPERTY(crypto::verify_timestamp(*minimal, "data", {}).has_value() == token.has_value());
  }
  return 0;
}
