#include "collector/http/request_id.h"

#include "ledger/base/encoding.h"
#include "ledger/base/problem.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace countersign::http {
namespace {

constexpr std::string_view kField = "X-Request-Id";
constexpr std::size_t kIdDigits = 32;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_hex(char c) { return is_lower_hex(c) || (c >= 'A' && c <= 'F'); }

/// The value of a field that stands there once; empty where it does not.
std::string_view only_field(const RequestHead& head, std::string_view name) {
  const auto named = [&](const auto& field) { return same_name(field.first, name); };
  return std::count_if(head.fields.begin(), head.fields.end(), named) == 1 ? head.header(name)
                                                                           : std::string_view();
}

bool is_uuid(std::string_view text) {
  constexpr std::size_t kSize = 36;
  if (text.size() != kSize) return false;
  for (std::size_t i = 0; i < kSize; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/// `00-<32 hex>-<16 hex>-<2 hex>`, lower case; the trace id, which is not all zeros.
std::optional<std::string> trace_id(std::string_view text) {
  constexpr std::size_t kSize = 55, kSpan = 36, kFlags = 53;
  if (text.size() != kSize || !text.starts_with("00-") || text[kSpan - 1] != '-' || text[kFlags - 1] != '-')
    return std::nullopt;
  const auto id = text.substr(3, kIdDigits);
  const auto span = text.substr(kSpan, 16);
  const auto flags = text.substr(kFlags);
  for (const auto part : {id, span, flags}) {
    if (!std::all_of(part.begin(), part.end(), is_lower_hex)) return std::nullopt;
  }
  if (id.find_first_not_of('0') == std::string_view::npos) return std::nullopt;
  return std::string(id);
}

}  // namespace

std::string make_request_id() {
  std::array<std::uint8_t, kIdDigits / 2> bits{};
  // It fails for more than 256 bytes only.
  if (::getentropy(bits.data(), bits.size()) != 0) std::abort();
  return base::to_hex(bits);
}

std::optional<std::string> id_from_sender(const RequestHead& head) {
  const auto given = only_field(head, kField);
  if (is_uuid(given) || (given.size() == kIdDigits && std::all_of(given.begin(), given.end(), is_hex)))
    return std::string(given);
  return trace_id(only_field(head, "traceparent"));
}

void name_request(Response& response, const std::string& id) {
  response.headers.emplace_back(kField, id);
  if (response.content_type != base::kProblemType || !response.body.ends_with('}')) return;
  response.body.pop_back();
  response.body += ",\"request_id\":\"" + id + "\"}";
}

}  // namespace countersign::http
