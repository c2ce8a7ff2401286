// CloudEvents in the mode that the first byte chooses. In the binary mode the lines up to an empty one are
// the header's fields.

#include "collector/protocols/cloudevents.h"
#include "tests/fuzz/message_properties.h"

#include <vector>

using namespace countersign;

namespace {

constexpr protocols::ProtocolLimits kLimits{.events_max = 100, .depth_max = 16};

tl::expected<protocols::Items, base::Problem> decode_binary(std::string_view text) {
  std::vector<protocols::HeaderField> fields;
  std::string_view content_type;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) break;
    const auto colon = std::min(line.find(':'), line.size());
    const protocols::HeaderField field{line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))};
    if (field.name == "type") content_type = field.value;
    fields.push_back(field);
  }
  static_cast<void>(protocols::has_cloudevents_fields(fields));
  static_cast<void>(protocols::cloudevents_mode(content_type));
  return protocols::decode_binary(fields, content_type, text, kLimits);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = base::text_of({data + 1, size - 1});
  const auto items = data[0] % 3 == 0   ? protocols::decode_structured(text, kLimits)
                     : data[0] % 3 == 1 ? protocols::decode_batch(text, kLimits)
                                        : decode_binary(text);
  if (!items) {
    fuzz::check(items.error());
    return 0;
  }
  PROPERTY(items->size() <= kLimits.events_max);
  PROPERTY(data[0] % 3 == 1 || items->size() == 1);
  for (const auto& message : *items) {
    fuzz::check(message);
    const auto* event = std::get_if<boost::json::value>(&message.payload);
    if (event == nullptr) continue;
    PROPERTY(event->is_object());
    const auto native = protocols::native_of_cloudevent(event->get_object());
    PROPERTY(native.contains("id") && native.contains("type"));
  }
  return 0;
}
