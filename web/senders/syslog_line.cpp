#include "web/senders/syslog_line.h"

#include "ledger/base/utf8.h"
#include "web/senders/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::senders {
namespace {

constexpr std::size_t kHostMax = 255;
constexpr std::size_t kObservedMax = 1'000;  ///< of an answer, where many facts may be others

// RFC 5424, table 2.
constexpr int kCritical = 2, kWarning = 4, kNotice = 5, kInformational = 6;

int severity_of(const notify::Notice& notice) {
  if (notice.document) return notice.type == notify::kExpired ? kWarning : kNotice;
  if (notice.answer) return notice.type == notify::kStale ? kWarning : kNotice;
  if (notice.type != notify::kOpened) return notice.type == notify::kTest ? kInformational : kNotice;
  if (notice.severity == "high") return kCritical;
  return notice.severity == "low" ? kNotice : kWarning;
}

/// PARAM-VALUE with what RFC 5424 section 6.3.3 wants escaped.
std::string param(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  std::string escaped;
  for (const char c : without_controls(value)) {
    if (c == '"' || c == '\\' || c == ']') escaped += '\\';
    escaped += c;
  }
  return fmt::format(" {}=\"{}\"", name, escaped);
}

std::string sentence(const notify::Notice& notice) {
  if (notice.type == notify::kTest) return "test: nothing was found";
  if (notice.document)
    return without_controls(
        fmt::format("document {}: {}: {}", notify::step_of(notice), notice.title, notify::days_of(notice)));
  if (!notice.request.empty()) return "access requested";
  if (notice.answer)
    return without_controls(fmt::format("{} {}: {}", notify::answers_of(notice), notify::step_of(notice),
                                        base::cut(notice.observed, kObservedMax)));
  auto out = fmt::format("finding {}", notify::step_of(notice));
  if (!notice.control.empty()) out += fmt::format(": {}", notice.control);
  if (!notice.title.empty()) out += fmt::format(" ({})", notice.title);
  if (!notice.observed.empty()) out += fmt::format(": {}", notice.observed);
  if (!notice.note.empty()) out += fmt::format("; note: {}", notice.note);
  return without_controls(out);
}

/// The text of a HOSTNAME or similar: printable ASCII without spaces, `-` where there is none.
std::string header_field(std::string_view text, std::size_t bytes_max) {
  std::string out(text.substr(0, bytes_max));
  std::erase_if(out, [](char c) { return c <= 0x20 || c >= 0x7f; });
  return out.empty() ? "-" : out;
}

}  // namespace

std::string syslog_line(const notify::Notice& notice, std::string_view delivery_id, int facility,
                        std::string_view host) {
  const auto text = sentence(notice);
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20; });
  std::string out = fmt::format("<{}>1 {} {} countersign - {} [{}", facility * 8 + severity_of(notice),
                                notice.time, header_field(host, kHostMax), notice.type, kStructuredDataId);
  out += param("id", delivery_id);
  out += param("finding", notice.finding);
  if (!notice.document && notice.request.empty()) out += param("tenant", notice.tenant);
  out += param("region", notice.region);
  out += param("control", notice.control);
  if (notice.version != 0) out += param("version", std::to_string(notice.version));
  out += param("severity", notice.severity);
  out += param("item", notice.item);
  if (!notice.records.empty()) out += param("records", fmt::format("{}", fmt::join(notice.records, ",")));
  if (notice.document) {
    out += param("document", notice.document->id);
    out += param("kind", notice.document->kind);
    out += param("valid_until", notice.document->valid_until);
  }
  if (notice.answer) {
    out += param("answer", notice.answer->answer);
    out += param("questionnaire", notice.answer->questionnaire);
    out += param("questions", fmt::format("{}", fmt::join(notice.answer->questions, ",")));
  }
  out += param("request", notice.request);
  out += param("log", notice.log);
  // A text that is not ASCII begins with the mark of UTF-8 (section 6.4).
  return out + "] " + (ascii ? "" : "\xef\xbb\xbf") + text;
}

}  // namespace countersign::senders
