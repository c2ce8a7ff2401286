#include "collector/http/head.h"

#include "collector/http/characters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

namespace countersign::http {
namespace {

constexpr std::size_t kMethodSizeMax = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// A character of an origin-form target (RFC 3986 section 3.3 and 3.4); '%' is checked apart.
bool is_target_char(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-._~!$&'()*+,;=:@/?%").find(c) != std::string_view::npos;
}

bool is_hex_digit(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

bool is_target(std::string_view target) {
  if (!std::all_of(target.begin(), target.end(), is_target_char)) return false;
  for (auto at = target.find('%'); at != std::string_view::npos; at = target.find('%', at + 1)) {
    if (at + 2 >= target.size() || !is_hex_digit(target[at + 1]) || !is_hex_digit(target[at + 2]))
      return false;
  }
  return true;
}

/// `host`, `host:port` or `[address]:port` (RFC 9110 section 7.2), by its characters.
bool is_host(std::string_view value) {
  return !value.empty() && value.size() <= 255 && std::all_of(value.begin(), value.end(), [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  });
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Refusal refuse(int status, std::string_view detail) { return {status, std::string(detail)}; }

std::optional<Refusal> read_version(std::string_view text, RequestHead& head) {
  const bool shaped = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
                      is_digit(text[7]);
  if (!shaped) return refuse(400, "The request line does not end in an HTTP version.");
  if (text == "HTTP/1.1") {
    head.version = Version::http_1_1;
  } else if (text == "HTTP/1.0") {
    head.version = Version::http_1_0;
  } else {
    return refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  return std::nullopt;
}

std::optional<Refusal> read_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return refuse(400,
                  "The request line is not a method, a target and a version with one space between them.");
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  if (!is_token(method) || method.size() > kMethodSizeMax) return refuse(400, "The method is malformed.");
  if (auto refusal = read_version(line.substr(last + 1), head)) return refusal;
  if (target.size() > limits.target_bytes_max) return refuse(414, "The target is too long.");
  if (!target.starts_with('/'))
    return refuse(400, "The target must be a path that begins with a slash; other forms are not served.");
  if (!is_target(target)) return refuse(400, "The target holds a character that must be percent-encoded.");
  const auto query = target.find('?');
  head.method = method;
  head.path = target.substr(0, query);
  if (query != std::string_view::npos) head.query = target.substr(query + 1);
  return std::nullopt;
}

std::optional<Refusal> read_field(std::string_view line, RequestHead& head) {
  if (line.front() == ' ' || line.front() == '\t') return refuse(400, "A header field is folded.");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return refuse(400, "A header line has no colon.");
  const auto name = line.substr(0, colon);
  if (!is_token(name))
    return refuse(400, "A header field's name is malformed; no space may stand before the colon.");
  const auto value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) return refuse(400, "A header field's value holds a control character.");
  head.fields.emplace_back(name, value);
  return std::nullopt;
}

std::size_t count(const RequestHead& head, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(head.fields.begin(), head.fields.end(),
                    [&](const auto& field) { return same_name(field.first, name); }));
}

/// How long the body is must be beyond doubt (RFC 9112 section 6).
std::optional<Refusal> check_length(RequestHead& head) {
  const auto lengths = count(head, "Content-Length");
  if (count(head, "Transfer-Encoding") > 0) {
    if (lengths > 0) return refuse(400, "Transfer-Encoding and Content-Length exclude each other.");
    if (head.version == Version::http_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding.");
    if (count(head, "Transfer-Encoding") > 1 || !same_name(head.header("Transfer-Encoding"), "chunked"))
      return refuse(411, "No transfer coding but chunked is accepted; send the body with Content-Length.");
    head.chunked = true;
    return std::nullopt;
  }
  if (lengths > 1) return refuse(400, "Content-Length is given more than once.");
  if (lengths == 0) return std::nullopt;
  const auto text = head.header("Content-Length");
  std::uint64_t length = 0;
  const auto* end = text.data() + text.size();
  const auto read = is_digits(text) ? std::from_chars(text.data(), end, length) : std::from_chars_result{};
  if (read.ptr != end || read.ec != std::errc())
    return refuse(400, "Content-Length is not a decimal number.");
  head.content_length = length;
  return std::nullopt;
}

std::optional<Refusal> check_fields(RequestHead& head) {
  const auto hosts = count(head, "Host");
  if (hosts > 1) return refuse(400, "Host is given more than once.");
  if (hosts == 0 && head.version == Version::http_1_1) return refuse(400, "Host is missing.");
  if (hosts == 1 && !is_host(head.header("Host"))) return refuse(400, "Host is not a host name.");
  if (auto refusal = check_length(head)) return refusal;
  if (count(head, "Upgrade") > 0) return refuse(400, "No other protocol is spoken here; leave Upgrade out.");
  if (count(head, "Trailer") > 0) return refuse(400, "Trailers are not accepted.");
  if (const auto expected = count(head, "Expect");
      expected > 1 || (expected == 1 && !same_name(head.header("Expect"), "100-continue")))
    return refuse(417, "The only expectation that can be met is 100-continue.");
  return std::nullopt;
}

}  // namespace

HeadScanner::State HeadScanner::scan(std::string_view bytes) {
  while (position_ < bytes.size()) {
    const char c = bytes[position_];
    if (c == '\n') return State::malformed;
    if (c != '\r') {
      if (!is_field_char(c)) return State::malformed;
      ++position_;
      continue;
    }
    if (position_ + 1 == bytes.size()) return State::incomplete;
    if (bytes[position_ + 1] != '\n') return State::malformed;
    const bool empty = position_ == line_begin_;
    const bool first = line_begin_ == 0;
    position_ += 2;
    line_begin_ = position_;
    if (empty) return first ? State::malformed : State::complete;
  }
  return State::incomplete;
}

std::variant<RequestHead, Refusal> parse_head(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.size() > limits.header_bytes_max) return too_large(bytes);
  RequestHead head;
  std::size_t begin = 0;
  for (std::size_t line_number = 0;; ++line_number) {
    const auto end = bytes.find("\r\n", begin);
    if (end == std::string_view::npos) return refuse(400, "The header does not end in an empty line.");
    const auto line = bytes.substr(begin, end - begin);
    begin = end + 2;
    if (line_number == 0) {
      if (auto refusal = read_request_line(line, limits, head)) return *std::move(refusal);
    } else if (line.empty()) {
      break;
    } else if (line_number > limits.header_fields_max) {
      return refuse(431, "The header has too many fields.");
    } else if (auto refusal = read_field(line, head)) {
      return *std::move(refusal);
    }
  }
  if (auto refusal = check_fields(head)) return *std::move(refusal);
  return head;
}

Refusal too_large(std::string_view bytes) {
  return bytes.find('\r') == std::string_view::npos ? refuse(414, "The target is too long.")
                                                    : refuse(431, "The header is too large.");
}

bool connection_has(const RequestHead& head, std::string_view option) {
  return std::any_of(head.fields.begin(), head.fields.end(), [&](const auto& field) {
    if (!same_name(field.first, "Connection")) return false;
    std::string_view rest = field.second;
    while (true) {
      const auto comma = rest.find(',');
      if (same_name(trim(rest.substr(0, comma)), option)) return true;
      if (comma == std::string_view::npos) return false;
      rest.remove_prefix(comma + 1);
    }
  });
}

}  // namespace countersign::http
