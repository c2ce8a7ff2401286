// A syslog connection: the first byte chooses the framing and how the bytes are cut into pieces, which must
// not matter.

#include "collector/protocols/syslog.h"
#include "collector/protocols/syslog_framing.h"
#include "tests/fuzz/message_properties.h"

#include <string>
#include <vector>

using namespace countersign;

namespace {

constexpr protocols::FramingLimits kLimits{.frame_bytes_max = 1024};

class DetectedFraming : public protocols::StreamFraming {
 public:
  explicit DetectedFraming(const protocols::FramingLimits& limits)
      : StreamFraming(limits, protocols::Framings::either) {}
};

struct Cut {
  std::vector<std::string> frames;
  std::string error;

  bool operator==(const Cut&) const = default;
};

template <class Framing>
Cut cut(std::string_view bytes, std::size_t piece) {
  Framing framing(kLimits);
  Cut out;
  while (true) {
    const auto frame = framing.next();
    if (!frame) {
      out.error = frame.error().message;
      return out;
    }
    if (*frame) {
      PROPERTY((*frame)->size() <= kLimits.frame_bytes_max);
      out.frames.emplace_back(**frame);
    } else if (bytes.empty()) {
      static_cast<void>(framing.finish());
      return out;
    } else {
      framing.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
  }
}

template <class Framing>
std::vector<std::string> frames_of(std::string_view bytes, std::size_t piece) {
  const auto whole = cut<Framing>(bytes, bytes.size() + 1);
  PROPERTY(whole == cut<Framing>(bytes, piece));
  return whole.frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = base::text_of({data + 1, size - 1});
  const std::size_t piece = data[0] / 3 + 1;
  auto frames = data[0] % 3 == 0   ? frames_of<protocols::OctetCounting>(bytes, piece)
                : data[0] % 3 == 1 ? frames_of<protocols::LineFraming>(bytes, piece)
                                   : frames_of<DetectedFraming>(bytes, piece);
  frames.emplace_back(bytes);
  for (const auto& frame : frames) {
    const auto message = protocols::parse_syslog(frame);
    if (message) {
      PROPERTY(message->facility <= 23 && message->severity <= 7);
      fuzz::check(protocols::message_of(*message));
    } else {
      PROPERTY(message.error().offset <= frame.size() && !message.error().reason.empty());
    }
  }
  return 0;
}
