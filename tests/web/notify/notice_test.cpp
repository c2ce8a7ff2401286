#include "web/notify/notice.h"

#include "tests/web/notify/sample_notices.h"
#include "web/notify/delivery.h"
#include "web/notify/destination.h"

#include <gtest/gtest.h>

namespace countersign::notify {
namespace {

using testing::adopted_answer;
using testing::opened_finding;
using testing::requested_access;
using testing::stale_answers;

Notice expiring() {
  Notice out;
  out.type = "document.expiring";
  out.time = "2026-06-01T00:00:12.000000Z";
  out.tenant = "_system";
  out.region = "eu-1";
  out.log = "log.example.com/eu-1/_system";
  out.version = 1;
  out.title = "SOC 2 Type II";
  out.severity = "medium";
  out.document = DocumentNotice{"5f0c6c6e2b0d4a7f9a4c1d2e3f405162", "soc2-type2", "2026-06-30", 29};
  return out;
}

TEST(Notice, HasTheBodyThatTheDocumentationShows) {
  EXPECT_EQ(
      to_body(opened_finding()),
      R"({"type":"finding.opened","timestamp":"2026-01-31T09:30:00.000000Z","data":)"
      R"({"finding":"0123456789abcdef","tenant":"acme","region":"eu-1","control":"CODE-GUESSING","version":2,)"
      R"("title":"Codes are not guessed","severity":"high","item":"17","records":[17,18],)"
      R"("observed":"10 failures within 600 s","log":"log.example.com/eu-1/acme","note":null}})");
}

TEST(Notice, OfADocumentHasTheBodyThatTheDocumentationShows) {
  EXPECT_EQ(
      to_body(expiring()),
      R"({"type":"document.expiring","timestamp":"2026-06-01T00:00:12.000000Z","data":)"
      R"({"document":"5f0c6c6e2b0d4a7f9a4c1d2e3f405162","kind":"soc2-type2","version":1,"title":"SOC 2 Type II",)"
      R"("severity":"medium","valid_until":"2026-06-30","left":29,"region":"eu-1",)"
      R"("log":"log.example.com/eu-1/_system"}})");
  EXPECT_EQ(parse_body(to_body(expiring())).value(), expiring());
  EXPECT_EQ(step_of(expiring()), "expiring");
  EXPECT_EQ(days_of(expiring()), "holds until 2026-06-30, 29 days are left");
  auto expired = expiring();
  expired.type = "document.expired";
  expired.document->left = 0;
  EXPECT_EQ(parse_body(to_body(expired)).value(), expired);
  EXPECT_EQ(days_of(expired), "held until 2026-06-30");
  EXPECT_FALSE(parse_body(R"({"type":"document.expired","timestamp":"t","data":{"tenant":"a"}})"));
  EXPECT_FALSE(parse_body(R"({"type":"document.added","timestamp":"t","data":{"document":"a"}})"));
}

TEST(Notice, OfAnAnswerHasTheBodyThatTheDocumentationShows) {
  EXPECT_EQ(
      to_body(stale_answers()),
      R"({"type":"answer.stale","timestamp":"2026-07-01T00:00:12.000000Z","data":)"
      R"({"tenant":"acme","answer":null,"title":null,"questionnaire":"5f0c6c6e2b0d4a7f9a4c1d2e3f405162",)"
      R"("questions":[4,7],"severity":"medium","observed":"control OTP-SINGLE-USE: passed, and failed now",)"
      R"("region":"eu-1","log":"log.example.com/eu-1/_system"}})");
  EXPECT_EQ(
      to_body(adopted_answer()),
      R"({"type":"answer.stale","timestamp":"2026-07-01T00:00:12.000000Z","data":)"
      R"({"tenant":"acme","answer":"otp-single-use","title":"Codes are good once","questionnaire":null,)"
      R"("questions":[],"severity":"medium","observed":"control OTP-SINGLE-USE: passed, and failed now",)"
      R"("region":"eu-1","log":"log.example.com/eu-1/_system"}})");
  EXPECT_EQ(to_body(requested_access()),
            R"({"type":"access.requested","timestamp":"2026-07-01T00:00:12.000000Z","data":)"
            R"({"request":"7a1b2c3d4e5f60718293a4b5c6d7e8f9","severity":"medium","region":"eu-1",)"
            R"("log":"log.example.com/eu-1/_system"}})");
  auto nobodys = stale_answers();
  nobodys.tenant.clear();
  for (const auto& notice : {stale_answers(), adopted_answer(), requested_access(), nobodys})
    EXPECT_EQ(parse_body(to_body(notice)).value(), notice);
  for (const auto* data : {R"({"tenant":"a","questions":[]})", R"({"answer":"a","questions":[1]})",
                           R"({"questionnaire":"q","questions":[]})", R"({"questionnaire":"q"})",
                           R"({"questionnaire":"q","questions":[-1]})", R"({"answer":"a","questions":1})",
                           R"({"answer":"a","questionnaire":"q","questions":[1]})"})
    EXPECT_FALSE(parse_body(R"({"type":"answer.stale","timestamp":"t","data":)" + std::string(data) + "}"))
        << data;
  EXPECT_FALSE(parse_body(R"({"type":"access.requested","timestamp":"t","data":{"tenant":"a"}})"));
  EXPECT_FALSE(parse_body(R"({"type":"access.approved","timestamp":"t","data":{"request":"a"}})"));
}

TEST(Notice, NamesWhatItIsAboutAsRecordsDo) {
  EXPECT_EQ(resource_of(adopted_answer()), "acme/otp-single-use");
  EXPECT_EQ(resource_of(stale_answers()), "questionnaire/5f0c6c6e2b0d4a7f9a4c1d2e3f405162");
  auto one = stale_answers();
  one.answer->questions = {4};
  EXPECT_EQ(resource_of(one), "questionnaire/5f0c6c6e2b0d4a7f9a4c1d2e3f405162/4");
  EXPECT_EQ(resource_of(requested_access()), "access/7a1b2c3d4e5f60718293a4b5c6d7e8f9");
  EXPECT_EQ(resource_of(opened_finding()), "acme/0123456789abcdef");
  EXPECT_EQ(resource_of(expiring()), "soc2-type2/5f0c6c6e2b0d4a7f9a4c1d2e3f405162/1");
  EXPECT_EQ(subject_of(one), "answer");
  EXPECT_EQ(subject_of(requested_access()), "access");
  EXPECT_EQ(answers_of(adopted_answer()), "answer otp-single-use of acme");
  EXPECT_EQ(answers_of(stale_answers()), "questions 4, 7 of a questionnaire");
  EXPECT_EQ(answers_of(one), "question 4 of a questionnaire");
}

TEST(Notice, TakesOnWhatIsToldOfOtherQuestionsOfItsQuestionnaire) {
  auto told = stale_answers(), more = stale_answers();
  more.answer->questions = {9};
  EXPECT_TRUE(add_to(told, more));
  EXPECT_EQ(told.answer->questions, (std::vector<std::uint32_t>{4, 7, 9}));
  EXPECT_EQ(told.observed, stale_answers().observed) << "a reason is told once";
  more.observed = "figure timestamps: yes, and no now";
  EXPECT_TRUE(add_to(told, more));
  EXPECT_EQ(told.observed, stale_answers().observed + "; " + more.observed);

  const auto before = told;
  auto other = stale_answers();
  other.answer->questionnaire = "another";
  EXPECT_FALSE(add_to(told, other));
  auto current = stale_answers();
  current.type = "answer.current";
  EXPECT_FALSE(add_to(told, current));
  EXPECT_FALSE(add_to(told, adopted_answer()));
  EXPECT_FALSE(add_to(told, opened_finding()));
  EXPECT_EQ(told, before);
  auto adopted = adopted_answer();
  EXPECT_FALSE(add_to(adopted, adopted_answer())) << "each has an owner of its own";
}

TEST(Destination, WantsAnswersAndRequestsOnlyWhereItIsToldSo) {
  Destination destination;
  destination.tenants = {"acme"};
  for (const auto& notice : {stale_answers(), adopted_answer(), requested_access()})
    EXPECT_FALSE(destination.wants(notice));
  destination.findings = false;
  destination.answers = true;
  EXPECT_TRUE(destination.wants(stale_answers()));
  EXPECT_FALSE(destination.wants(requested_access()));
  EXPECT_FALSE(destination.wants(opened_finding()));
  for (const auto* tenant : {"globex", ""}) {
    auto notice = stale_answers();
    notice.tenant = tenant;
    EXPECT_FALSE(destination.wants(notice)) << "whose evidence it is, is not known to be acme's";
  }
  destination.requests = true;
  EXPECT_TRUE(destination.wants(requested_access())) << "they are of no tenant";
  destination.least_severity = "high";
  EXPECT_FALSE(destination.wants(stale_answers()));
  EXPECT_FALSE(destination.wants(requested_access()));
}

TEST(Destination, WantsDocumentsOnlyWhereItIsToldSo) {
  Destination destination;
  destination.tenants = {"acme"};
  EXPECT_FALSE(destination.wants(expiring()));
  destination.documents = true;
  EXPECT_TRUE(destination.wants(expiring())) << "they are of no tenant";
  EXPECT_TRUE(destination.wants(opened_finding()));
  destination.findings = false;
  EXPECT_FALSE(destination.wants(opened_finding()));
  destination.least_severity = "high";
  EXPECT_FALSE(destination.wants(expiring()));
}

TEST(Notice, IsReadAsItWasWritten) {
  auto notice = opened_finding();
  notice.item = "a\"b\\\n\u2028ü";
  notice.records = {18'446'744'073'709'551'615ull};
  EXPECT_EQ(parse_body(to_body(notice)).value(), notice);
  Notice little;
  little.type = "finding.acknowledged";
  little.time = notice.time;
  little.tenant = "acme";
  EXPECT_EQ(parse_body(to_body(little)).value(), little);
  for (const auto* text : {"", "{}", "[]", R"({"type":"x","timestamp":"t","data":{"tenant":"a"}})",
                           R"({"type":"finding.opened"})"})
    EXPECT_FALSE(parse_body(text)) << text;
}

TEST(Destination, WantsTheFindingsOfItsTenantsThatAreSevereEnough) {
  Destination destination;
  auto notice = opened_finding();
  EXPECT_TRUE(destination.wants(notice)) << "without a choice it wants all";
  destination.tenants = {"other"};
  EXPECT_FALSE(destination.wants(notice));
  destination.tenants = {"other", "acme"};
  destination.least_severity = "medium";
  for (const auto& [severity, wanted] :
       {std::pair("low", false), {"medium", true}, {"high", true}, {"", true}}) {
    notice.severity = severity;
    EXPECT_EQ(destination.wants(notice), wanted) << severity;
  }
}

TEST(Delivery, HasAnIdThatIsTheSameWheneverItIsMade) {
  const std::string log = "log.example.com/eu-1/_system";
  EXPECT_EQ(delivery_id(log, 7), delivery_id(log, 7));
  EXPECT_NE(delivery_id(log, 7), delivery_id(log, 8));
  EXPECT_NE(delivery_id(log, 7), delivery_id("log.example.com/eu-2/_system", 7));
  EXPECT_EQ(delivery_id(log, 7).size(), 36u);
  EXPECT_LT(delivery_name(9), delivery_name(10)) << "names are in the order of records";
}

TEST(Delivery, IsReadAsItWasWritten) {
  const Delivery delivery{"7.json",         "msg_1", to_body(opened_finding()), 3, 1, {1'769'851'800'000'001},
                          "it answered 500"};
  EXPECT_EQ(parse_delivery("7.json", to_text(delivery)).value(), delivery);
  for (const auto* text : {"", "{}", R"({"id":"a","body":"b","due":"soon"})", "x"}) {
    const auto read = parse_delivery("7.json", text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, base::Code::data_loss);
  }
}

}  // namespace
}  // namespace countersign::notify
