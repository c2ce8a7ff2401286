#pragma once

#include <string>
#include <string_view>

namespace countersign::auth {

/// A QR code (ISO/IEC 18004, error correction M) of a text as an SVG image, black on white with the quiet
/// zone of four modules. Empty where the text is too long for one: 2,331 bytes.
std::string qr_code_svg(std::string_view text);

}  // namespace countersign::auth
