// A body for Splunk's HTTP Event Collector.

#include "collector/protocols/hec.h"
#include "tests/fuzz/message_properties.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr protocols::ProtocolLimits kLimits{.events_max = 100, .depth_max = 16};
  const auto items = protocols::decode_hec(base::text_of({data, size}), kLimits);
  if (!items) {
    fuzz::check(items.error().problem);
    PROPERTY(items.error().code != protocols::HecCode::success);
    PROPERTY(items.error().event_number.value_or(0) <= kLimits.events_max);
    const auto answer = protocols::encode_hec_answer(items.error().code, items.error().event_number);
    PROPERTY(base::parse_json(answer, {}).has_value());
    return 0;
  }
  PROPERTY(!items->empty() && items->size() <= kLimits.events_max);
  for (const auto& message : *items) fuzz::check(message);
  return 0;
}
