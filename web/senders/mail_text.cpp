#include "web/senders/mail_text.h"

#include "ledger/base/encoding.h"
#include "ledger/base/types.h"
#include "ledger/base/utf8.h"
#include "web/senders/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace countersign::senders {
namespace {

constexpr std::size_t kAddressMax = 254, kLocalMax = 64;
constexpr std::size_t kLineMax = 76;
constexpr std::size_t kWordBytes = 39;  ///< of an encoded word: 64 characters with its ends
constexpr std::size_t kControlMax = 64;
constexpr std::string_view kFold = "\r\n ";

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

bool is_of(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           more.find(c) != std::string_view::npos;
  });
}

/// RFC 5322 section 3.3, in UTC; strftime would use the locale's names.
std::string mail_date(base::Timestamp now) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now.micros / 1'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000",
                     kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                     kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
                     parts.tm_min, parts.tm_sec);
}

/// The part of a Message-ID that all mails of a finding, of a version of a document, or of an answer share.
std::string thread_of(const notify::Notice& notice) {
  if (notice.answer || !notice.request.empty())
    return fmt::format("{}.{}", notify::resource_of(notice), notice.region);
  if (notice.document) return fmt::format("{}.{}.{}", notice.document->id, notice.version, notice.region);
  return fmt::format("{}.{}.{}", notice.finding, notice.tenant, notice.region);
}

std::string message_id(const std::string& left, const notify::Notice& notice) {
  const auto host = notice.log.substr(0, notice.log.find('/'));
  std::string out = left + "@" + (host.empty() ? "countersign.invalid" : host);
  // Of the characters that a Message-ID can hold those that need no thought.
  for (auto& c : out)
    if (!is_of(std::string_view(&c, 1), ".-_@")) c = '-';
  return "<" + out + ">";
}

/// The whole value or, where it is long, its beginning; on one line.
std::string line_of(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("{:<10} {}\r\n", name, without_controls(value));
}

std::string records_text(const notify::Notice& notice) {
  if (notice.records.empty()) return {};
  return fmt::format("{} of {}", fmt::join(notice.records, ", "), notice.log);
}

std::string subject(const notify::Notice& notice) {
  if (notice.type == notify::kTest) return fmt::format("[Countersign] test for {}", notice.tenant);
  if (notice.document)
    return fmt::format("[Countersign] document {}: {}, {}", notify::step_of(notice),
                       base::cut(without_controls(notice.title), kControlMax), notify::days_of(notice));
  if (!notice.request.empty()) return "[Countersign] access requested";
  if (notice.answer)
    return fmt::format("[Countersign] {}: {}", notify::step_of(notice),
                       base::cut(notify::answers_of(notice), kControlMax));
  return fmt::format("[Countersign] {}finding {}: {} of {}",
                     notice.severity.empty() ? "" : notice.severity + " ", notify::step_of(notice),
                     notice.control.empty() ? "-" : base::cut(without_controls(notice.control), kControlMax),
                     notice.tenant);
}

std::string body_of_document(const notify::Notice& notice) {
  const auto& document = *notice.document;
  std::string out = notice.type == notify::kExpired ? "A document has expired.\r\n\r\n"
                                                    : "A document is about to expire.\r\n\r\n";
  out += line_of("Document", notice.title);
  out += line_of("Kind", document.kind);
  out += line_of("Version", std::to_string(notice.version));
  out += line_of("Days", notify::days_of(notice));
  out += line_of("Region", notice.region);
  out += line_of("Id", document.id);
  out += line_of("When", notice.time);
  return out;
}

std::string body_of_answer(const notify::Notice& notice) {
  const auto& answer = *notice.answer;
  std::string out = notice.type == notify::kStale ? "The evidence no longer shows what was approved. It is "
                                                    "not given out until it is approved anew.\r\n\r\n"
                                                  : "The evidence shows again what was approved.\r\n\r\n";
  out += line_of("Answer", answer.answer);
  out += line_of("Title", notice.title);
  out += line_of("Tenant", notice.tenant);
  if (!answer.questionnaire.empty()) {
    out += line_of("Questions", fmt::format("{}", fmt::join(answer.questions, ", ")));
    out += line_of("Id", answer.questionnaire);
  }
  out += line_of("Changed", notice.observed);
  out += line_of("Region", notice.region);
  out += line_of("When", notice.time);
  return out;
}

std::string body_of_request(const notify::Notice& notice) {
  return "Somebody asks for access on the trust page. Who it is, is shown to administrators alone.\r\n\r\n" +
         line_of("Request", notice.request) + line_of("Region", notice.region) + line_of("When", notice.time);
}

std::string body_of(const notify::Notice& notice) {
  if (notice.document) return body_of_document(notice);
  if (notice.answer) return body_of_answer(notice);
  if (!notice.request.empty()) return body_of_request(notice);
  std::string out;
  out += notice.type == notify::kTest ? "This is a test: nothing was found.\r\n\r\n"
                                      : fmt::format("A finding was {}.\r\n\r\n", notify::step_of(notice));
  out += line_of("Control", notice.control.empty()
                                ? std::string()
                                : fmt::format("{} v{}  {}", notice.control, notice.version, notice.title));
  out += line_of("Severity", notice.severity);
  out += line_of("Tenant", notice.tenant);
  out += line_of("Region", notice.region);
  out += line_of("Item", notice.item);
  out += line_of("Observed", notice.observed);
  out += line_of("Note", notice.note);
  out += line_of("Records", records_text(notice));
  out += line_of("Finding", notice.finding);
  out += line_of("When", notice.time);
  return out;
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || text.size() > kAddressMax || at > kLocalMax) return false;
  const auto local = text.substr(0, at), host = text.substr(at + 1);
  return is_of(local, "!#$%&'*+-/=?^_`{|}~.") && local.front() != '.' && local.back() != '.' &&
         is_of(host, ".-") && host.front() != '.' && host.back() != '.';
}

std::string header_text(std::string_view text, std::size_t used) {
  const bool plain =
      std::all_of(text.begin(), text.end(), is_printable) && text.find("=?") == std::string_view::npos;
  std::string out;
  if (!plain) {
    const auto whole = without_controls(text);
    for (std::string_view rest = whole; !rest.empty();) {
      auto word = base::cut(rest, kWordBytes);
      // Where no character begins there is none to be kept whole.
      if (word.empty()) word = rest.substr(0, kWordBytes);
      if (!out.empty()) out += kFold;
      out += "=?UTF-8?B?" + base::to_base64(base::bytes_of(word)) + "?=";
      rest.remove_prefix(word.size());
    }
    return out;
  }
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' ', 1));  // with the space before it
    text.remove_prefix(word.size());
    // What is folded ends with the line before, so a word that is only a space stays with it.
    if (used + word.size() > kLineMax && word.size() > 1 && word.front() == ' ' && !out.empty()) {
      out += "\r\n";
      used = 0;
    }
    out += word;
    used += word.size();
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i).starts_with("\r\n")) {
      out += "\r\n";
      column = 0;
      ++i;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text.substr(i + 1).starts_with("\r\n");
    const bool as_it_is = is_printable(c) && c != '=' && !(c == ' ' && ends_line);
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    const auto piece = as_it_is ? std::string(1, c)
                                : fmt::format("={:02X}", is_control ? 0x20 : static_cast<unsigned char>(c));
    if (column + piece.size() >= kLineMax) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  return out;
}

std::string compose(const notify::Notice& notice, std::string_view delivery_id, const Envelope& envelope,
                    base::Timestamp now) {
  std::string out;
  out += fmt::format("Date: {}\r\n", mail_date(now));
  out += fmt::format("From: {}\r\n", envelope.from);
  out += fmt::format("To: {}\r\n", fmt::join(envelope.to, ",\r\n "));
  out += fmt::format("Subject: {}\r\n", header_text(subject(notice), std::string_view("Subject: ").size()));
  const auto first = message_id(thread_of(notice), notice);
  if (notice.type == notify::kOpened) {
    out += fmt::format("Message-ID: {}\r\n", first);
  } else {
    out += fmt::format("Message-ID: {}\r\n",
                       message_id(fmt::format("{}.{}", thread_of(notice), delivery_id), notice));
    if (notice.type == notify::kAcknowledged || notice.type == notify::kResolved)
      out += fmt::format("In-Reply-To: {0}\r\nReferences: {0}\r\n", first);
  }
  out += fmt::format("X-Countersign-Delivery: {}\r\n", delivery_id);
  // RFC 3834: nobody's holiday notice comes back.
  out +=
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  return out + quoted_printable(body_of(notice));
}

}  // namespace countersign::senders
