// The readers of a statement of residency, its proofs and the records of the system log behind it.

#include "exporters/verify/residency.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto facts = verify::parse_residency(text)) {
    PROPERTY(!facts->region.value().empty());
    PROPERTY(!facts->destination.value().empty());
    // What was read can be stated again, and that reads.
    PROPERTY(verify::parse_residency(verify::format_residency(verify::residency_of(*facts, {}))));
  }
  if (const auto proofs = verify::parse_residency_proofs(text))
    PROPERTY(verify::format_residency_proofs(*proofs) == text);
  const base::LogName log{"log.example.com/eu-1/_system"};
  const base::TenantId tenant("acme");
  if (const auto record = verify::read_system_record(text, log, tenant); record && *record) {
    const bool move = (*record)->what == verify::SystemRecord::What::moved;
    PROPERTY(!move || (*record)->from != (*record)->to);
  }
  if (const auto destination = verify::destination_in(text))
    PROPERTY(base::parse_region(destination->value()));
  return 0;
}
