#include "collector/protocols/item.h"

namespace countersign::protocols {

void apply_envelope(boost::json::object& event, const Envelope& envelope) {
  const auto fill = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !event.contains(name)) event[name] = *value;
  };
  fill("id", envelope.id);
  fill("time", envelope.time);
  fill("type", envelope.type);
}

}  // namespace countersign::protocols
