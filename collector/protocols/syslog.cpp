#include "collector/protocols/syslog.h"

#include "collector/protocols/text_line.h"
#include "collector/protocols/utf8.h"
#include "ledger/base/time.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::protocols {
namespace {

constexpr std::array<std::string_view, 7> kParts{"priority", "rfc3164",         "version", "timestamp",
                                                 "header",   "structured_data", "text"};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kPriorityMax = 191;
constexpr std::size_t kNameMax = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_printable(char c) { return c > 0x20 && c < 0x7F; }
bool is_name_char(char c) { return is_printable(c) && c != '=' && c != ']' && c != '"'; }

/// Reads a message from the left; the first fault ends it.
class Parser {
 public:
  explicit Parser(std::string_view message) : message_(message) {}

  tl::expected<SyslogMessage, SyslogFault> run() {
    const bool good = priority() && version() && timestamp() && header() && structured_data() && text();
    if (!good) return tl::unexpected(std::move(fault_));
    out_.id = record::content_id(crypto::sha256(message_));
    return std::move(out_);
  }

 private:
  bool fail(SyslogPart part, std::string reason) { return fail_at(at_, part, std::move(reason)); }
  bool fail_at(std::size_t offset, SyslogPart part, std::string reason) {
    fault_ = {part, offset, std::move(reason)};
    return false;
  }

  char peek() const { return at_ < message_.size() ? message_[at_] : '\0'; }
  bool ended() const { return at_ == message_.size(); }
  bool take(char c) {
    if (ended() || peek() != c) return false;
    ++at_;
    return true;
  }
  bool space(SyslogPart part) { return take(' ') || fail(part, "a space is expected"); }

  bool priority() {
    if (!take('<')) return fail(SyslogPart::priority, "a message begins with its priority, such as <34>");
    const auto begin = at_;
    int value = 0;
    while (at_ - begin < 3 && is_digit(peek())) value = value * 10 + (message_[at_++] - '0');
    if (at_ == begin || !take('>'))
      return fail(SyslogPart::priority, "one to three digits and '>' are expected");
    if (message_[begin] == '0' && at_ - begin > 2)
      return fail_at(begin, SyslogPart::priority, "the number must not begin with 0");
    if (value > kPriorityMax)
      return fail_at(begin, SyslogPart::priority, fmt::format("the number is more than {}", kPriorityMax));
    out_.facility = value / 8;
    out_.severity = value % 8;
    return true;
  }

  /// "Oct 11 22:14:15" stands where RFC 5424 has its version.
  bool is_rfc3164() const {
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto rest = message_.substr(at_);
    return rest.size() > 3 && rest[3] == ' ' &&
           std::find(kMonths.begin(), kMonths.end(), rest.substr(0, 3)) != kMonths.end();
  }

  bool version() {
    if (is_rfc3164())
      return fail(
          SyslogPart::rfc3164,
          "this is a message of RFC 3164, which has no year and no zone; let the sender write RFC 5424");
    if (!take('1') || is_digit(peek())) return fail(SyslogPart::version, "the version must be 1 (RFC 5424)");
    return space(SyslogPart::version);
  }

  /// RFC 5424 section 6.2.3: RFC 3339 with capital letters, at most six fraction digits, no leap second.
  bool timestamp() {
    const auto begin = at_;
    const auto word = message_.substr(at_, message_.substr(at_).find(' '));
    at_ += word.size();
    if (word == "-") return space(SyslogPart::timestamp);
    const auto wrong = [&](std::string_view why) {
      return fail_at(begin, SyslogPart::timestamp,
                     fmt::format("{}; write 2026-01-31T09:30:00.123456Z, or \"-\"", why));
    };
    if (word.empty()) return wrong("it is missing");
    if (word.find_first_of("tz") != std::string_view::npos) return wrong("'T' and 'Z' are capital letters");
    const auto point = word.find('.');
    const auto digits =
        point == std::string_view::npos
            ? 0
            : std::min(word.find_first_not_of("0123456789", point + 1), word.size()) - point - 1;
    if (digits > 6) return wrong("a fraction of a second has at most 6 digits");
    if (word.substr(0, 19).ends_with(":60")) return wrong("a leap second is not allowed");
    if (const auto parsed = base::parse_rfc3339(word); !parsed) return wrong("it is no RFC 3339 date-time");
    out_.time = word;
    return space(SyslogPart::timestamp);
  }

  bool field(std::string_view name, std::size_t bytes_max, std::string& into) {
    const auto begin = at_;
    while (!ended() && is_printable(peek())) ++at_;
    const auto word = message_.substr(begin, at_ - begin);
    if (word.empty())
      return fail(SyslogPart::header, fmt::format("{} is missing; write \"-\" for none", name));
    if (word.size() > bytes_max)
      return fail_at(begin, SyslogPart::header, fmt::format("{} has more than {} bytes", name, bytes_max));
    if (word != "-") into = word;
    return space(SyslogPart::header);
  }

  bool header() {
    return field("HOSTNAME", 255, out_.host) && field("APP-NAME", 48, out_.app) &&
           field("PROCID", 128, out_.process) && field("MSGID", 32, out_.message_id);
  }

  bool name(std::string_view what, std::string& into) {
    const auto begin = at_;
    while (!ended() && is_name_char(peek())) ++at_;
    into = message_.substr(begin, at_ - begin);
    if (!into.empty() && into.size() <= kNameMax) return true;
    return fail_at(
        begin, SyslogPart::structured_data,
        fmt::format("{} has 1 to {} visible characters without '=', ']' and '\"'", what, kNameMax));
  }

  bool value(std::string& into) {
    const auto begin = at_;
    for (; !ended() && peek() != '"'; ++at_) {
      if (peek() == ']') return fail(SyslogPart::structured_data, "a ']' in a value must be written \"\\]\"");
      const char behind = at_ + 1 < message_.size() ? message_[at_ + 1] : '\0';
      // Before any other character a backslash is an ordinary one (section 6.3.3).
      if (peek() == '\\' && (behind == '"' || behind == '\\' || behind == ']')) ++at_;
      into.push_back(message_[at_]);
    }
    if (!take('"')) return fail(SyslogPart::structured_data, "a value does not end");
    if (!is_utf8(into)) return fail_at(begin, SyslogPart::structured_data, "a value is not UTF-8");
    return true;
  }

  bool element() {
    const auto begin = at_;
    StructuredData element;
    if (!name("SD-ID", element.id)) return false;
    const bool twice = std::any_of(out_.data.begin(), out_.data.end(),
                                   [&](const StructuredData& other) { return other.id == element.id; });
    if (twice) return fail_at(begin, SyslogPart::structured_data, "an SD-ID stands twice");
    while (take(' ')) {
      auto& parameter = element.parameters.emplace_back();
      if (!name("PARAM-NAME", parameter.first)) return false;
      if (!take('=') || !take('"')) return fail(SyslogPart::structured_data, "=\" is expected");
      if (!value(parameter.second)) return false;
    }
    if (!take(']')) return fail(SyslogPart::structured_data, "a space or ']' is expected");
    out_.data.push_back(std::move(element));
    return true;
  }

  bool structured_data() {
    if (take('-')) return true;
    if (peek() != '[') return fail(SyslogPart::structured_data, "'-' or '[' is expected");
    while (take('[')) {
      if (out_.data.size() == kElementsMax)
        return fail(SyslogPart::structured_data,
                    fmt::format("there are more than {} elements", kElementsMax));
      if (!element()) return false;
    }
    return true;
  }

  bool text() {
    if (ended()) return true;
    if (!space(SyslogPart::structured_data)) return false;
    auto rest = message_.substr(at_);
    if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    const auto begin = message_.size() - rest.size();
    if (const auto bad = find_not_utf8(rest); bad != std::string_view::npos)
      return fail_at(begin + bad, SyslogPart::text, "MSG is not UTF-8");
    out_.text = rest;
    return true;
  }

  static constexpr std::size_t kElementsMax = 64;

  std::string_view message_;
  std::size_t at_ = 0;
  SyslogMessage out_;
  SyslogFault fault_;
};

}  // namespace

std::string_view to_string(SyslogPart part) { return kParts[static_cast<std::size_t>(part)]; }

std::string SyslogFault::to_string() const {
  return fmt::format("byte {}, {}: {}", offset, protocols::to_string(part), reason);
}

tl::expected<SyslogMessage, SyslogFault> parse_syslog(std::string_view message) {
  // rsyslog's template for RFC 5424 ends in a line feed, which octet counting then counts.
  return Parser(message.substr(0, message.find_last_not_of("\r\n") + 1)).run();
}

Message message_of(const SyslogMessage& syslog, const ProtocolLimits& limits) {
  Envelope envelope;
  envelope.id = syslog.id;
  if (!syslog.time.empty()) envelope.time = syslog.time;
  auto payload =
      item_of_text(syslog.text, {syslog.id, syslog.time, syslog.host, syslog.app}, limits.depth_max);
  return {std::move(payload), std::move(envelope)};
}

}  // namespace countersign::protocols
