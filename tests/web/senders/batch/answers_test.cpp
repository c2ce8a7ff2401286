#include "web/senders/batch/answers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

using Kind = BatchOutcome::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Answers, TellWhatIsWrongWithABatchFromWhatIsWrongWithADestination) {
  for (const long status : {200, 201, 202, 204}) EXPECT_EQ(read_status(status).kind, Kind::taken) << status;
  for (const long status : {400, 413, 422}) EXPECT_EQ(read_status(status).kind, Kind::refused) << status;
  for (const long status : {301, 401, 403, 404, 408, 410, 429, 500, 502, 503})
    EXPECT_EQ(read_status(status).kind, Kind::failed) << status << ": parked events would not mend it";
}

TEST(Answers, MayBeAboutWhatAnEventSaysOnlyWhereTheyAskForNoTime) {
  for (const long status : {403, 406, 415, 500}) {
    EXPECT_TRUE(read_status(status).about_content) << status;
    EXPECT_FALSE(read_status(status, 5).about_content) << status;
  }
  for (const long status : {301, 401, 404, 408, 410, 429, 502, 503, 504})
    EXPECT_FALSE(read_status(status).about_content) << status;
  for (const long status : {400, 413, 422}) {
    EXPECT_EQ(read_status(status, 5).kind, Kind::failed) << status;
    EXPECT_FALSE(read_status(status, 5).about_content) << status;
    EXPECT_EQ(read_status(status, 5).wait_s, 5) << status;
  }
}

TEST(Answers, OfBulkAreReadDocumentByDocument) {
  const auto answer = read_bulk_answer(
      R"({"took":1,"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"reason":"secret text"}}},)"
      R"({"create":{"status":409}},{"create":{"status":413}}]})",
      4);
  EXPECT_EQ(answer.kind, Kind::taken);
  EXPECT_THAT(answer.refused, ElementsAre(1, 3)) << "what is there already was taken before";
  EXPECT_EQ(answer.why.find("secret"), std::string::npos);
}

TEST(Answers, OfBulkThatAskForMoreTimeHaveAllSentAgain) {
  const auto answer =
      read_bulk_answer(R"({"items":[{"create":{"status":400}},{"create":{"status":429}}]})", 2);
  EXPECT_EQ(answer.kind, Kind::failed);
  EXPECT_THAT(answer.refused, IsEmpty());
  EXPECT_FALSE(answer.about_content);
}

TEST(Answers, OfBulkMayBeAboutADocumentWhereItIsTheServersFaultAlone) {
  const auto about = [](int first, int second) {
    const auto answer = read_bulk_answer(
        fmt::format(R"({{"items":[{{"create":{{"status":{}}}}},{{"create":{{"status":{}}}}}]}})", first,
                    second),
        2);
    EXPECT_EQ(answer.kind, Kind::failed);
    return answer.about_content;
  };
  EXPECT_TRUE(about(201, 500));
  EXPECT_TRUE(about(400, 500));
  EXPECT_FALSE(about(500, 429));
  EXPECT_FALSE(about(503, 500));
  EXPECT_FALSE(about(403, 201)) << "its index takes none";
}

TEST(Answers, OfBulkThatAreNoneAreNoSuccess) {
  for (const auto* body : {"", "{}", "[]", "<html>", R"({"items":[]})", R"({"items":[{"create":{}}]})",
                           R"({"items":[{"create":{"status":201}},{"create":{"status":201}}]})"})
    EXPECT_EQ(read_bulk_answer(body, 1).kind, Kind::failed) << body;
}

TEST(Answers, OfHecAreTakenWithCodeZeroAlone) {
  EXPECT_TRUE(read_hec_answer(R"({"text":"Success","code":0})").taken);
  EXPECT_EQ(read_hec_answer(R"({"text":"Success","code":0})").ack, std::nullopt);
  EXPECT_EQ(read_hec_answer(R"({"text":"Success","code":0,"ackId":7})").ack, 7);
  for (const auto* body : {"", "{}", R"({"code":"0"})", R"({"text":"Server is busy","code":9})"})
    EXPECT_FALSE(read_hec_answer(body).taken) << body;
}

TEST(Answers, SayWhetherHecHasIndexedANumber) {
  EXPECT_TRUE(is_acknowledged(R"({"acks":{"7":true,"8":false}})", 7));
  EXPECT_FALSE(is_acknowledged(R"({"acks":{"7":true,"8":false}})", 8));
  EXPECT_FALSE(is_acknowledged(R"({"acks":{"7":true}})", 9));
  EXPECT_FALSE(is_acknowledged("", 7));
}

}  // namespace
}  // namespace countersign::senders
