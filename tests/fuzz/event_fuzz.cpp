// An event as a source sends it: parsed, checked, written. What was accepted must be read back by the reader
// of records.

#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/prepare.h"
#include "tests/fuzz/property.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = base::text_of({data, size});
  const auto parsed = base::parse_json(text, {.depth_max = 16});
  if (!parsed || !parsed->value.is_object()) return 0;
  const auto& event = parsed->value.get_object();
  const auto prepared = record::prepare_event(event, {base::SourceName("fuzz"), record::Proof::token});
  if (!prepared) {
    PROPERTY(!prepared.error().empty());
    PROPERTY(prepared.error().size() <= 16);
    return 0;
  }
  PROPERTY(prepared->json.size() + record::kRecordHeadMax <= record::kRecordBytesMax);
  const auto view = record::read_event(prepared->json);
  PROPERTY(view.has_value());
  const auto id = view->text(record::kId);
  PROPERTY(prepared->content_id ? id.starts_with(record::kContentIdPrefix) : id == prepared->id);
  PROPERTY(view->plain(record::kTenant) == prepared->tenant.value());
  std::size_t tokens = 0;
  const auto walked = record::for_each_token(*view, [&](const record::TokenAt& at) {
    PROPERTY(tokens < prepared->personal.size());
    const auto& personal = prepared->personal[tokens++];
    PROPERTY(at.kind == personal.kind);
    PROPERTY(at.token.data() == prepared->json.data() + personal.offset);
  });
  PROPERTY(walked.has_value());
  PROPERTY(tokens == prepared->personal.size());
  const auto again = base::parse_json(prepared->json, {.depth_max = 16});
  PROPERTY(again.has_value());
  PROPERTY(again->duplicates.empty() || !parsed->duplicates.empty());
  return 0;
}
