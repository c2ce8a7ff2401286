#include "web/auth/qr_code.h"

#include <fmt/format.h>

#include <qrencode.h>

#include <memory>

namespace countersign::auth {
namespace {

constexpr int kQuietZone = 4;

struct Freer {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

std::string qr_code_svg(std::string_view text) {
  const std::string bytes(text);
  const std::unique_ptr<QRcode, Freer> code(QRcode_encodeData(
      static_cast<int>(bytes.size()), reinterpret_cast<const unsigned char*>(bytes.data()), 0, QR_ECLEVEL_M));
  if (!code) return {};
  // One path: each run of dark modules is a rectangle of height 1.
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width;) {
      const auto dark = [&](int column) { return (code->data[y * code->width + column] & 1) != 0; };
      int end = x;
      while (end < code->width && dark(end)) ++end;
      if (end > x) path += fmt::format("M{} {}h{}v1h-{}z", x + kQuietZone, y + kQuietZone, end - x, end - x);
      x = end + 1;
    }
  }
  const int side = code->width + 2 * kQuietZone;
  return fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" role="img">)"
      R"(<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path d="{1}"/></svg>)",
      side, path);
}

}  // namespace countersign::auth
