// The readers of what a bundle states of the vendor's documents and of a questionnaire, and of the records
// behind it.

#include "exporters/verify/vendor.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  verify::VendorScope scope;
  if (auto documents = verify::parse_documents(text)) {
    PROPERTY(verify::format_documents(*documents) == text);
    scope.documents = std::move(*documents);
  }
  if (auto questionnaire = verify::parse_questionnaire(text)) {
    PROPERTY(verify::format_questionnaire(*questionnaire) == text);
    static_cast<void>(verify::prove_answers(*questionnaire, {}));
    scope.questionnaire = std::move(*questionnaire);
  }
  if (const auto record = verify::read_vendor_record(text, scope); record && *record) {
    PROPERTY(!(*record)->type.empty());
    static_cast<void>(verify::prove_documents(scope.documents, {**record}));
  }
  return 0;
}
