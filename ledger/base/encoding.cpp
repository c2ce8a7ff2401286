#include "ledger/base/encoding.h"

#include <algorithm>
#include <array>

namespace countersign::base {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum class Padding { with, without };

char* encode(Bytes in, const char* alphabet, Padding padding, char* out) {
  std::size_t i = 0;
  for (; i + 3 <= in.size(); i += 3) {
    const std::uint32_t group = (std::uint32_t{in[i]} << 16) | (std::uint32_t{in[i + 1]} << 8) | in[i + 2];
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[(group >> 12) & 63];
    *out++ = alphabet[(group >> 6) & 63];
    *out++ = alphabet[group & 63];
  }
  const std::size_t rest = in.size() - i;
  if (rest == 0) return out;
  const std::uint32_t group = (std::uint32_t{in[i]} << 16) | (rest == 2 ? std::uint32_t{in[i + 1]} << 8 : 0);
  *out++ = alphabet[group >> 18];
  *out++ = alphabet[(group >> 12) & 63];
  if (rest == 2) *out++ = alphabet[(group >> 6) & 63];
  if (padding == Padding::with) {
    if (rest == 1) *out++ = '=';
    *out++ = '=';
  }
  return out;
}

std::string encoded(Bytes in, const char* alphabet, Padding padding) {
  std::string out((in.size() + 2) / 3 * 4, '\0');
  out.resize(static_cast<std::size_t>(encode(in, alphabet, padding, out.data()) - out.data()));
  return out;
}

constexpr std::array<std::int8_t, 256> values_of(const char* alphabet) {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}

constexpr auto kStandardValues = values_of(kStandard);
constexpr auto kUrlValues = values_of(kUrl);

/// Decodes text without padding into `out`, which has room for text.size() * 3 / 4 bytes.
bool decode(std::string_view text, const std::array<std::int8_t, 256>& values, std::uint8_t* out) {
  const auto value = [&](std::size_t i) -> int { return values[static_cast<unsigned char>(text[i])]; };
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    const int a = value(i), b = value(i + 1), c = value(i + 2), d = value(i + 3);
    if ((a | b | c | d) < 0) return false;
    *out++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
    *out++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
    *out++ = static_cast<std::uint8_t>(c << 6 | d);
  }
  const std::size_t rest = text.size() - i;
  if (rest == 0) return true;
  if (rest == 1) return false;
  const int a = value(i), b = value(i + 1), c = rest == 3 ? value(i + 2) : 0;
  if ((a | b | c) < 0 || (rest == 2 ? b & 15 : c & 3) != 0) return false;
  *out++ = static_cast<std::uint8_t>(a << 2 | b >> 4);
  if (rest == 3) *out++ = static_cast<std::uint8_t>(b << 4 | c >> 2);
  return true;
}

bool strip_padding(std::string_view& text) {
  if (text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return true;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

auto not_a_digest() { return fail(Code::invalid_argument, "a SHA-256 value has 32 bytes"); }

/// Decodes text without padding, of the length that 32 bytes have.
Result<Digest> decode_digest(std::string_view text, const std::array<std::int8_t, 256>& values,
                             std::string_view encoding) {
  if (text.size() != kDigestBase64UrlSize) return not_a_digest();
  Digest digest;
  if (!decode(text, values, digest.bytes.data()))
    return fail(Code::invalid_argument, "not canonical " + std::string(encoding));
  return digest;
}

}  // namespace

std::string to_base64(Bytes bytes) { return encoded(bytes, kStandard, Padding::with); }
std::string to_base64url(Bytes bytes) { return encoded(bytes, kUrl, Padding::without); }

std::string to_hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

void write_base64(const Digest& digest, char* out) { encode(digest.bytes, kStandard, Padding::with, out); }
void write_base64url(const Digest& digest, char* out) { encode(digest.bytes, kUrl, Padding::without, out); }

Result<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  std::vector<std::uint8_t> out;
  if (!strip_padding(text)) return fail(Code::invalid_argument, "not base64: its length is no multiple of 4");
  out.resize(text.size() * 3 / 4);
  if (!decode(text, kStandardValues, out.data())) return fail(Code::invalid_argument, "not canonical base64");
  return out;
}

Result<std::vector<std::uint8_t>> from_base64url(std::string_view text) {
  std::vector<std::uint8_t> out(text.size() * 3 / 4);
  if (!decode(text, kUrlValues, out.data())) return fail(Code::invalid_argument, "not canonical base64url");
  return out;
}

Result<std::vector<std::uint8_t>> from_hex(std::string_view text) {
  std::vector<std::uint8_t> out;
  if (text.size() % 2 != 0) return fail(Code::invalid_argument, "not hexadecimal: an odd number of digits");
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return fail(Code::invalid_argument, "not hexadecimal");
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

Result<Digest> digest_from_base64(std::string_view text) {
  if (text.size() != kDigestBase64Size || text.back() != '=') return not_a_digest();
  return decode_digest(text.substr(0, kDigestBase64UrlSize), kStandardValues, "base64");
}

Result<Digest> digest_from_base64url(std::string_view text) {
  return decode_digest(text, kUrlValues, "base64url");
}

Result<Digest> digest_from_hex(std::string_view text) {
  TRY_ASSIGN(const auto bytes, from_hex(text));
  if (bytes.size() != sizeof(Digest)) return not_a_digest();
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

}  // namespace countersign::base
