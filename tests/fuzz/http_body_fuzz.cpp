// A request's body: the first byte chooses its type, coding and adapter; then it goes the way of every body.
// No input may let a code of a provider's payload through, and every accepted event must be read back.

#include "collector/adapters/adapter.h"
#include "collector/ingest/decode.h"
#include "ledger/record/event_view.h"
#include "ledger/record/prepare.h"
#include "tests/fuzz/property.h"

#include <array>

using namespace countersign;

namespace {

constexpr ingest::IngestLimits kLimits{
    .body_bytes_max = 64 * 1024, .decoded_bytes_max = 256 * 1024, .events_max = 1000, .depth_max = 16};

void check(const boost::json::object& event, std::vector<std::string> redacted) {
  const auto prepared = record::prepare_event(event, {base::SourceName("fuzz"), record::Proof::none},
                                              record::Vocabulary::source, {std::move(redacted), {}});
  if (prepared) PROPERTY(record::read_event(prepared->json).has_value());
}

void check(const adapters::Outcome& outcome) {
  if (const auto* refused = std::get_if<adapters::Refused>(&outcome)) PROPERTY(!refused->faults.empty());
  if (const auto* unmapped = std::get_if<adapters::Unmapped>(&outcome)) {
    PROPERTY(!unmapped->type.empty() && unmapped->type.size() <= 64);
    for (const char c : unmapped->type) PROPERTY(c > 0x20 && c < 0x7F && c != '"' && c != '\\');
  }
  if (const auto* adapted = std::get_if<adapters::Adapted>(&outcome)) {
    PROPERTY(adapted->redacted.size() <= 16);
    check(adapted->event, adapted->redacted);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<std::string_view, 2> kTypes{"application/json", "application/x-ndjson"};
  constexpr std::array<std::string_view, 3> kCodings{"", "gzip", "zstd"};
  const unsigned choice = data[0];
  const auto body = base::text_of({data + 1, size - 1});
  const auto items = ingest::decode_body(kTypes[choice % 2], kCodings[choice / 2 % 3], body, kLimits);
  if (!items) {
    PROPERTY(items.error().status == 400 || items.error().status == 413);
    return 0;
  }
  PROPERTY(!items->empty() && items->size() <= kLimits.events_max);
  const auto all = adapters::all_adapters();
  const std::size_t which = choice / 6 % (all.size() + 1);
  for (const auto& item : *items) {
    const auto* value = std::get_if<boost::json::value>(&item);
    if (value == nullptr) continue;
    if (which == all.size()) {
      if (value->is_object()) check(value->get_object(), {});
      continue;
    }
    const auto outcomes = all[which].adapt(*value, {base::TenantId("acme")});
    PROPERTY(!outcomes.empty());
    for (const auto& outcome : outcomes) check(outcome);
  }
  return 0;
}
