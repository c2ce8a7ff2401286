// An event as a source sends it: parsed, checked, written, also with attributes that are not personal. What
// was accepted must be read back by the reader of records.

#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/prepare.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

using namespace countersign;

namespace {

void check(const base::ParsedJson& parsed, std::span<const std::string> not_personal) {
  const auto& event = parsed.value.get_object();
  const auto prepared = record::prepare_event(event, {base::SourceName("fuzz"), record::Proof::token},
                                              record::Vocabulary::source, {.not_personal = not_personal});
  if (!prepared) {
    PROPERTY(!prepared.error().empty());
    PROPERTY(prepared.error().size() <= 16);
    return;
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
  PROPERTY(again->duplicates.empty() || !parsed.duplicates.empty());
}

/// Each name that the event has below `attributes`, sorted.
std::vector<std::string> names_of(const boost::json::object& event) {
  std::vector<std::string> out;
  const auto* attributes = event.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_object()) return out;
  for (const auto& member : attributes->get_object())
    out.emplace_back(member.key().data(), member.key().size());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = base::text_of({data, size});
  const auto parsed = base::parse_json(text, {.depth_max = 16});
  if (!parsed || !parsed->value.is_object()) return 0;
  check(*parsed, {});
  check(*parsed, names_of(parsed->value.get_object()));
  return 0;
}
