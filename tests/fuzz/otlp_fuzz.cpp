// An OTLP request in the encoding that the first byte chooses. The check of the shape must refuse all that
// protobuf's library would refuse, for it is what tells the sender where the fault is.

#include "collector/protocols/otlp.h"
#include "tests/fuzz/message_properties.h"

using namespace countersign;

namespace {

constexpr protocols::ProtocolLimits kLimits{.events_max = 100, .depth_max = 16};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto encoding = data[0] % 2 == 0 ? protocols::OtlpEncoding::protobuf : protocols::OtlpEncoding::json;
  const auto body = base::text_of({data + 1, size - 1});
  const auto items = protocols::decode_otlp_logs(body, encoding, kLimits);
  if (!items) {
    fuzz::check(items.error());
    PROPERTY(items.error().detail != "invalid protobuf: it is no ExportLogsServiceRequest");
    static_cast<void>(protocols::encode_otlp_error(items.error(), encoding));
    return 0;
  }
  PROPERTY(items->size() <= kLimits.events_max);
  const auto again = protocols::decode_otlp_logs(body, encoding, kLimits);
  for (std::size_t i = 0; i < items->size(); ++i) {
    fuzz::check((*items)[i]);
    PROPERTY((*items)[i].envelope.id == (*again)[i].envelope.id);
  }
  return 0;
}
