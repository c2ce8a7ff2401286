#include "exporters/siem/facts.h"
#include "ledger/base/utf8.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace countersign::siem {
namespace {

// Lengths of the extension dictionary, in characters; bytes are fewer, so a cut text fits.
constexpr std::size_t kActionMax = 63, kIdMax = 40, kTextMax = 1'023, kCustomMax = 4'000;

int severity_of(Severity severity) {
  switch (severity) {
    case Severity::low:
      return 3;
    case Severity::medium:
      return 5;
    case Severity::high:
      return 8;
    case Severity::informational:
      break;
  }
  return 1;
}

std::string escaped(std::string_view text, char special) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == special) out += '\\';
    out += c;
  }
  return out;
}

class Extension {
 public:
  void add(std::string_view key, std::string_view value, std::size_t bytes_max = kTextMax) {
    if (value.empty()) return;
    if (!text_.empty()) text_ += ' ';
    text_ += fmt::format("{}={}", key, cef_value(base::cut(value, bytes_max)));
  }
  /// A custom field says in another what it holds.
  void add_custom(std::string_view key, std::string_view label, std::string_view value,
                  std::size_t bytes_max = kCustomMax) {
    if (value.empty()) return;
    add(fmt::format("{}Label", key), label);
    add(key, value, bytes_max);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_finding(const Finding& finding, Extension& to) {
  to.add_custom("cs4", "finding", finding.id);
  to.add_custom("cs5", "control", finding.control);
  to.add_custom("cs6", "findingOf", finding.tenant);
}

void add_challenge(const record::EventView& event, Extension& to) {
  to.add_custom("cs4", "challengeId", event.text(record::kChallengeId));
  to.add_custom("cs5", "factor", event.plain(record::kChallengeFactor));
  to.add_custom("cs6", "purpose", event.plain(record::kChallengePurpose));
}

}  // namespace

std::string cef_header(std::string_view text) {
  std::string out = escaped(text, '|');
  for (auto& c : out)
    if (c == '\n' || c == '\r') c = ' ';
  return out;
}

std::string cef_value(std::string_view text) {
  std::string out;
  for (const char c : escaped(text, '=')) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out;
}

std::string cef(const Entry& entry, const Options& options) {
  const auto& event = entry.event;
  Extension extension;
  extension.add("rt", std::to_string(entry.view.received.micros / 1'000));
  extension.add("start", std::to_string(entry.occurred.micros / 1'000));
  extension.add("externalId", entry.uid, kIdMax);
  extension.add("cat", entry.meaning.ecs_category);
  extension.add("outcome", to_string(entry.meaning.outcome), kActionMax);
  extension.add("reason", event.text(record::kOutcomeReason));
  extension.add("act", event.text(record::kActionName), kActionMax);
  extension.add("suid", user_token(entry));
  extension.add("spriv", event.text(record::kActorRole));
  extension.add("sourceServiceName", entry.view.source);
  extension.add_custom("cs1", "log", entry.view.log);
  extension.add_custom("cs2", "recordHash", entry.uid);
  extension.add_custom("cs3", "tenant", entry.tenant);
  if (entry.finding) {
    add_finding(*entry.finding, extension);
  } else {
    add_challenge(event, extension);
  }
  extension.add_custom("cn1", "seq", std::to_string(base::index_of(entry.view.seq)));
  extension.add_custom("cn2", "risk", event.raw[record::kOutcomeRisk]);
  extension.add_custom("cn3", "attempt", event.raw[record::kChallengeAttempt]);
  extension.add_custom("flexString1", "device", event.plain(record::kDeviceFingerprint), kTextMax);
  extension.add_custom("flexString2", "resource", event.text(record::kActionResource), kTextMax);
  extension.add("msg", message_of(entry));
  return fmt::format("CEF:0|Countersign|Countersign|{}|{}|{}|{}|{}", cef_header(options.version),
                     cef_header(entry.meaning.type), cef_header(entry.meaning.title),
                     severity_of(entry.meaning.severity), extension.take());
}

}  // namespace countersign::siem
