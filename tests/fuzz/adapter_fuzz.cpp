// A provider's payload, given to the adapter that the first byte names. What an adapter makes of it must be
// good for a record, and hold nothing that a record must not.

#include "collector/adapters/adapter.h"
#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "tests/fuzz/property.h"

using namespace countersign;

namespace {

void check(const adapters::Adapted& adapted) {
  PROPERTY(adapted.redacted.size() <= 16);
  const auto prepared =
      record::prepare_event(adapted.event, {base::SourceName("fuzz"), record::Proof::shared_header},
                            record::Vocabulary::source, {adapted.redacted, adapted.raw});
  if (!prepared) {
    for (const auto& fault : prepared.error()) PROPERTY(!fault.reason.empty());
    return;
  }
  PROPERTY(record::read_event(prepared->json).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto all = adapters::all_adapters();
  const auto& adapter = all[data[0] % all.size()];
  const auto parsed = base::parse_json(base::text_of({data + 1, size - 1}), {.depth_max = 16});
  if (!parsed) return 0;
  for (const bool keep_raw : {false, true}) {
    const auto outcomes =
        adapter.adapt(parsed->value, {base::TenantId("acme"), keep_raw, {1'767'225'600'000'000}});
    PROPERTY(!outcomes.empty());
    for (const auto& outcome : outcomes) {
      if (const auto* adapted = std::get_if<adapters::Adapted>(&outcome)) check(*adapted);
      if (const auto* refused = std::get_if<adapters::Refused>(&outcome)) PROPERTY(!refused->faults.empty());
      if (const auto* unmapped = std::get_if<adapters::Unmapped>(&outcome))
        PROPERTY(!unmapped->type.empty() && unmapped->type.size() <= 64);
    }
  }
  return 0;
}
