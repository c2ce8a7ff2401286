#include "web/senders/mail_text.h"

#include "ledger/base/encoding.h"
#include "ledger/base/types.h"
#include "tests/web/notify/sample_notices.h"
#include "web/senders/utf8.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace countersign::senders {
namespace {

using testing::adopted_answer;
using testing::expired_document;
using testing::requested_access;
using testing::stale_answers;

constexpr base::Timestamp kNow{1'769'851'800'000'000};  // 2026-01-31T09:30:00Z

notify::Notice opened() {
  auto out = testing::opened_finding();
  out.time = "2026-01-31T09:29:59.000000Z";
  return out;
}

const Envelope& envelope() {
  static const Envelope kEnvelope{"countersign@example.com", {"ana@example.com", "bob@example.com"}};
  return kEnvelope;
}

/// A mail as whoever receives it takes it apart: unfolded fields by name, and the body.
struct Parsed {
  std::vector<std::string> names;
  std::map<std::string, std::string> fields;
  std::string body;
};

Parsed parse(const std::string& mail) {
  Parsed out;
  std::size_t at = 0;
  for (;;) {
    const auto end = mail.find("\r\n", at);
    if (end == std::string::npos) return out;
    const auto line = mail.substr(at, end - at);
    at = end + 2;
    if (line.empty()) break;
    // An id cannot be folded.
    EXPECT_LE(line.size(), line.find('<') == std::string::npos ? 78u : 998u) << line;
    if (line.front() == ' ') {
      out.fields[out.names.back()] += line;
      continue;
    }
    const auto colon = line.find(':');
    out.names.push_back(line.substr(0, colon));
    out.fields[out.names.back()] = line.substr(colon + 2);
  }
  out.body = mail.substr(at);
  return out;
}

/// What quoted-printable stands for.
std::string decode(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else {
      if (text.compare(i + 1, 2, "\r\n") != 0)
        out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

const std::vector<std::string>& fields_of_a_mail() {
  static const std::vector<std::string> kNames = {"Date",
                                                  "From",
                                                  "To",
                                                  "Subject",
                                                  "Message-ID",
                                                  "X-Countersign-Delivery",
                                                  "Auto-Submitted",
                                                  "MIME-Version",
                                                  "Content-Type",
                                                  "Content-Transfer-Encoding"};
  return kNames;
}

TEST(MailText, TellsOfAFinding) {
  EXPECT_EQ(compose(opened(), "msg_1", envelope(), kNow),
            "Date: Sat, 31 Jan 2026 09:30:00 +0000\r\n"
            "From: countersign@example.com\r\n"
            "To: ana@example.com,\r\n bob@example.com\r\n"
            "Subject: [Countersign] high finding opened: CODE-GUESSING of acme\r\n"
            "Message-ID: <0123456789abcdef.acme.eu-1@log.example.com>\r\n"
            "X-Countersign-Delivery: msg_1\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "A finding was opened.\r\n"
            "\r\n"
            "Control    CODE-GUESSING v2  Codes are not guessed\r\n"
            "Severity   high\r\n"
            "Tenant     acme\r\n"
            "Region     eu-1\r\n"
            "Item       17\r\n"
            "Observed   10 failures within 600 s\r\n"
            "Records    17, 18 of log.example.com/eu-1/acme\r\n"
            "Finding    0123456789abcdef\r\n"
            "When       2026-01-31T09:29:59.000000Z\r\n");
}

TEST(MailText, ThreadsWhatFollowsOnAFinding) {
  auto notice = opened();
  notice.type = "finding.resolved";
  notice.note = "the account was locked";
  const auto mail = parse(compose(notice, "msg_2", envelope(), kNow));
  EXPECT_EQ(mail.fields.at("In-Reply-To"), "<0123456789abcdef.acme.eu-1@log.example.com>");
  EXPECT_EQ(mail.fields.at("References"), mail.fields.at("In-Reply-To"));
  EXPECT_EQ(mail.fields.at("Message-ID"), "<0123456789abcdef.acme.eu-1.msg_2@log.example.com>");
  EXPECT_NE(mail.body.find("Note       the account was locked\r\n"), std::string::npos);
}

TEST(MailText, MakesNoHeaderFieldOfWhatARecordHolds) {
  for (const std::string hostile :
       {"X\r\nBcc: eve@example.net", "X\nBcc: eve@example.net\n\nbody", "X\rBcc: eve@example.net",
        "X\r\n\r\n<html>", "=?UTF-8?Q?X=0D=0ABcc:_eve@example.net?=", "\u2028Bcc: eve@example.net",
        "X\xc2\x85"
        "Bcc: eve@example.net",
        "\x01X"}) {
    auto notice = opened();
    for (auto* member : {&notice.control, &notice.title, &notice.item, &notice.observed, &notice.note,
                         &notice.log, &notice.finding, &notice.region, &notice.severity, &notice.tenant})
      *member = hostile;
    const auto mail = parse(compose(notice, "msg_1", envelope(), kNow));
    EXPECT_EQ(mail.names, fields_of_a_mail()) << hostile;
    EXPECT_TRUE(decode(mail.body).starts_with("A finding was opened.\r\n\r\nControl    "));
    EXPECT_EQ(mail.body.find("\r\nBcc"), std::string::npos);
    for (const auto& [name, value] : mail.fields)
      EXPECT_EQ(value.find_first_of("\r\n"), std::string::npos) << name;
  }
}

TEST(MailText, WritesASubjectThatIsNotAsciiAsEncodedWords) {
  auto notice = opened();
  notice.control = "ZÜRICH-ÄÖÜ-PRÜFUNG-DER-ANMELDUNG-ÜBER-ALLE-GERÄTE";
  const auto mail = parse(compose(notice, "msg_1", envelope(), kNow));
  std::string decoded;
  std::string_view rest = mail.fields.at("Subject");
  while (!rest.empty()) {
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    ASSERT_TRUE(word.starts_with("=?UTF-8?B?") && word.ends_with("?=")) << word;
    EXPECT_LE(word.size(), 75u) << "RFC 2047 section 2";
    const auto bytes = base::from_base64(word.substr(10, word.size() - 12)).value();
    EXPECT_NE(bytes.front() & 0xc0, 0x80) << "a word begins within a character (RFC 2047 section 5)";
    decoded += base::text_of(bytes);
  }
  EXPECT_EQ(decoded, "[Countersign] high finding opened: " + notice.control + " of acme");
}

TEST(MailText, FoldsALongSubject) {
  auto notice = opened();
  notice.tenant = std::string(60, 't');
  const auto mail = parse(compose(notice, "msg_1", envelope(), kNow));
  EXPECT_EQ(mail.fields.at("Subject"),
            "[Countersign] high finding opened: CODE-GUESSING of " + notice.tenant);
}

TEST(MailText, KeepsAWholeTextInShortLines) {
  auto notice = opened();
  notice.observed = "=" + std::string(300, 'x') + " Zürich ";
  const auto mail = parse(compose(notice, "msg_1", envelope(), kNow));
  std::size_t from = 0;
  for (auto end = mail.body.find("\r\n"); end != std::string::npos; end = mail.body.find("\r\n", from)) {
    EXPECT_LE(end - from, 76u);
    EXPECT_FALSE(end > from && mail.body[end - 1] == ' ') << "a space at a line's end does not arrive";
    from = end + 2;
  }
  EXPECT_NE(decode(mail.body).find("Observed   " + notice.observed + "\r\n"), std::string::npos);
}

TEST(MailText, KnowsAnAddressThatNeedsNoQuoting) {
  for (const auto* good : {"ana@example.com", "ana+audit@example.com", "a@localhost"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const auto* bad : {"", "@", "ana", "ana@", "@example.com", "ana@b@c", "Ana <ana@example.com>",
                          "ana@example.com\r\nBcc: x", "ana @example.com", "\"a b\"@example.com",
                          "ana@exa mple.com", "ana@example.com,bob@example.com", ".ana@example.com",
                          "ana@.example.com", "anä@example.com", "<ana@example.com>"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
}

TEST(MailText, EndsAlsoWhereNoCharacterBegins) {
  const auto text = header_text(std::string(100, '\x80'), 0);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
}

TEST(Mail, TellsOfAnswers) {
  const auto mail = parse(compose(adopted_answer(), "msg_1", envelope(), kNow));
  EXPECT_EQ(mail.fields.at("Subject"), "[Countersign] stale: answer otp-single-use of acme");
  EXPECT_FALSE(mail.fields.contains("In-Reply-To"));
  EXPECT_NE(mail.fields.at("Message-ID").find("acme-otp-single-use.eu-1.msg_1@log.example.com"),
            std::string::npos)
      << mail.fields.at("Message-ID");
  const auto body = decode(mail.body);
  for (const auto* said :
       {"no longer shows", "Answer     otp-single-use\r\n", "Title      Codes are good once",
        "Tenant     acme", "Changed    control OTP-SINGLE-USE: passed, and failed now\r\n"})
    EXPECT_NE(body.find(said), std::string::npos) << body;
  auto many = stale_answers();
  many.type = "answer.current";
  many.answer->questions.assign(300, 4'000'000'000);
  const auto other = parse(compose(many, "msg_1", envelope(), kNow));
  EXPECT_LE(other.fields.at("Subject").size(), 100u);
  for (const auto* said : {"shows again", "Questions  4000000000, 4000000000", "Id         5f0c6c6e2b0d4a7f"})
    EXPECT_NE(decode(other.body).find(said), std::string::npos) << other.body;
}

TEST(Mail, OfARequestForAccessNamesNothingButItsNumber) {
  auto notice = requested_access();
  notice.title = notice.observed = notice.note = "eve@example.net";
  const auto mail = parse(compose(notice, "msg_1", envelope(), kNow));
  EXPECT_EQ(mail.fields.at("Subject"), "[Countersign] access requested");
  EXPECT_NE(decode(mail.body).find("Request    7a1b2c3d4e5f60718293a4b5c6d7e8f9\r\n"), std::string::npos);
  EXPECT_EQ(decode(mail.body).find("eve"), std::string::npos);
}

TEST(Mail, TellsOfADocumentInAThreadOfItsOwn) {
  const auto mail = parse(compose(expired_document(), "msg_1", envelope(), kNow));
  EXPECT_EQ(mail.fields.at("Subject"),
            "[Countersign] document expired: Penetration test, held until 2026-06-30");
  EXPECT_FALSE(mail.fields.contains("In-Reply-To"));
  EXPECT_NE(
      mail.fields.at("Message-ID").find("5f0c6c6e2b0d4a7f9a4c1d2e3f405162.2.eu-1.msg_1@log.example.com"),
      std::string::npos);
  for (const auto* said : {"A document has expired.", "Penetration test", "penetration-test"})
    EXPECT_NE(mail.body.find(said), std::string::npos) << mail.body;
}

}  // namespace
}  // namespace countersign::senders
