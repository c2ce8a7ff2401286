// The body of a request to erase a person. What is refused is not repeated.

#include "collector/endpoints/erasure_body.h"
#include "ledger/base/types.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = endpoints::read_erasure(base::text_of({data, size}));
  if (!body) {
    PROPERTY(body.error().status == 400 || body.error().status == 422);
    PROPERTY(!body.error().detail.empty() && body.error().detail.size() < 200);
    return 0;
  }
  PROPERTY(!body->tenant.empty());
  PROPERTY(!body->subjects.empty() && body->subjects.size() <= endpoints::kErasureSubjectsMax);
  for (const auto& subject : body->subjects) PROPERTY(subject.size() <= endpoints::kErasureSubjectBytesMax);
  return 0;
}
