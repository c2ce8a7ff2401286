#include "web/senders/syslog_line.h"

#include "tests/web/notify/sample_notices.h"

#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

using testing::adopted_answer;
using testing::expired_document;
using testing::opened_finding;
using testing::requested_access;
using testing::stale_answers;

TEST(SyslogLine, IsAMessageOfRfc5424) {
  EXPECT_EQ(
      syslog_line(opened_finding(), "msg_1", kLogAudit, "audit.example.com"),
      "<106>1 2026-01-31T09:30:00.000000Z audit.example.com countersign - finding.opened "
      "[countersign@32473 id=\"msg_1\" finding=\"0123456789abcdef\" tenant=\"acme\" region=\"eu-1\" "
      "control=\"CODE-GUESSING\" version=\"2\" severity=\"high\" item=\"17\" records=\"17,18\" "
      "log=\"log.example.com/eu-1/acme\"] finding opened: CODE-GUESSING (Codes are not guessed): 10 failures "
      "within 600 s");
}

TEST(SyslogLine, TellsOfADocument) {
  EXPECT_EQ(
      syslog_line(expired_document(), "msg_1", kLogAudit, "h"),
      "<108>1 2026-07-01T00:00:12.000000Z h countersign - document.expired [countersign@32473 id=\"msg_1\" "
      "region=\"eu-1\" version=\"2\" severity=\"high\" document=\"5f0c6c6e2b0d4a7f9a4c1d2e3f405162\" "
      "kind=\"penetration-test\" valid_until=\"2026-06-30\" log=\"log.example.com/eu-1/_system\"] document "
      "expired: Penetration test: held until 2026-06-30");
}

TEST(SyslogLine, SaysHowSevereAFindingIs) {
  auto notice = opened_finding();
  const auto priority = [&](int facility) {
    const auto line = syslog_line(notice, "msg_1", facility, "h");
    return line.substr(0, line.find('>') + 1);
  };
  EXPECT_EQ(priority(10), "<82>");
  notice.severity = "medium";
  EXPECT_EQ(priority(10), "<84>");
  notice.severity = "low";
  EXPECT_EQ(priority(10), "<85>");
  notice.type = "finding.resolved";
  notice.severity = "high";
  EXPECT_EQ(priority(10), "<85>") << "what is resolved is no alarm";
}

TEST(SyslogLine, EscapesWhatWouldEndAValue) {
  auto notice = opened_finding();
  notice.item = "a\"] <34>1 b\\c";
  const auto line = syslog_line(notice, "msg_1", kLogAudit, "h");
  EXPECT_NE(line.find(R"(item="a\"\] <34>1 b\\c")"), std::string::npos) << line;
}

TEST(SyslogLine, IsOneLineWhateverARecordHolds) {
  auto notice = opened_finding();
  notice.item = "a\nb\r\x01";
  notice.observed =
      "c\n<34>1 d\xc2\x85"
      "e\u2028"
      "f";
  notice.control = "X\nY";
  const auto line = syslog_line(notice, "msg_1", kLogAudit, "h o\nst");
  for (const auto* part : {"\n", "\r", "\x01", "\xc2\x85", "\u2028"})
    EXPECT_EQ(line.find(part), std::string::npos);
  EXPECT_NE(line.find(" host countersign "), std::string::npos) << line;
  EXPECT_NE(line.find("c <34>1 d e f"), std::string::npos) << line;
}

TEST(SyslogLine, MarksATextThatIsNotAscii) {
  auto notice = opened_finding();
  EXPECT_EQ(syslog_line(notice, "msg_1", kLogAudit, "h").find("\xef\xbb\xbf"), std::string::npos);
  notice.observed = "Zürich";
  EXPECT_NE(syslog_line(notice, "msg_1", kLogAudit, "h")
                .find("] \xef\xbb\xbf"
                      "finding opened"),
            std::string::npos);
}

TEST(SyslogLine, TellsOfAnswersAndOfRequests) {
  EXPECT_EQ(syslog_line(stale_answers(), "msg_1", kLogAudit, "h"),
            "<108>1 2026-07-01T00:00:12.000000Z h countersign - answer.stale [countersign@32473 id=\"msg_1\" "
            "tenant=\"acme\" region=\"eu-1\" severity=\"medium\" "
            "questionnaire=\"5f0c6c6e2b0d4a7f9a4c1d2e3f405162\" questions=\"4,7\" "
            "log=\"log.example.com/eu-1/_system\"] questions 4, 7 of a questionnaire stale: control "
            "OTP-SINGLE-USE: passed, and failed now");
  auto again = adopted_answer();
  again.type = "answer.current";
  again.observed = "the evidence shows it again";
  const auto line = syslog_line(again, "msg_1", kLogAudit, "h");
  EXPECT_TRUE(line.starts_with("<109>")) << line;
  EXPECT_TRUE(line.ends_with("] answer otp-single-use of acme current: the evidence shows it again")) << line;
  EXPECT_NE(line.find(" answer=\"otp-single-use\" log="), std::string::npos) << line;
  EXPECT_EQ(
      syslog_line(requested_access(), "msg_1", kLogAudit, "h"),
      "<109>1 2026-07-01T00:00:12.000000Z h countersign - access.requested [countersign@32473 id=\"msg_1\" "
      "region=\"eu-1\" severity=\"medium\" request=\"7a1b2c3d4e5f60718293a4b5c6d7e8f9\" "
      "log=\"log.example.com/eu-1/_system\"] access requested");
}

TEST(SyslogLine, LeavesOutWhatIsNotKnown) {
  notify::Notice notice;
  notice.type = "finding.acknowledged";
  notice.time = "2026-01-31T09:30:00.000000Z";
  notice.finding = "0123456789abcdef";
  notice.tenant = "acme";
  notice.note = "we look at it";
  EXPECT_EQ(syslog_line(notice, "msg_1", kLogAudit, ""),
            "<109>1 2026-01-31T09:30:00.000000Z - countersign - finding.acknowledged [countersign@32473 "
            "id=\"msg_1\" "
            "finding=\"0123456789abcdef\" tenant=\"acme\"] finding acknowledged; note: we look at it");
}

}  // namespace
}  // namespace countersign::senders
