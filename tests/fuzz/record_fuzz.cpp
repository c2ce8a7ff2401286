// The bytes of a record: whatever is accepted has one spelling, which the writer gives again.

#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "tests/fuzz/property.h"

using namespace countersign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = base::text_of({data, size});
  const auto view = record::read_record(bytes);
  if (!view) return 0;
  std::string out;
  record::write_record(
      {view->log, view->seq, view->prev, view->received, view->source, view->proof, nullptr, view->event},
      out);
  if (!view->redacted.empty())
    out.insert(out.size() - view->event.size() - 10, ",\"redacted\":" + std::string(view->redacted));
  PROPERTY(out == bytes);

  const auto event = record::read_event(view->event);
  if (!event) return 0;
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    const auto field = static_cast<record::Field>(i);
    const auto raw = event->raw[i];
    if (raw.empty() || raw.front() != '"') continue;
    std::string again;
    base::append_json_string(again, event->text(field));
    PROPERTY(again == raw);
  }
  (void)record::for_each_token(*event, [](const record::TokenAt& at) { PROPERTY(at.token.size() == 43); });
  return 0;
}
