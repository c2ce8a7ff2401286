#include "web/procurement/questionnaire_documents.h"
#include "web/procurement/questionnaire_wishes.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::procurement {
namespace {

using ::testing::StartsWith;

constexpr auto kAnswer =
    R"({"id":"own-region","topic":"residency","title":"Region","asks":["Where is it?"],"claims":[)"
    R"({"answer":"yes","text":"In both.","needs":[{"fact":"figure.region","is":"eu-1"},{"fact":"figure.regions_kept","at_least":"2"}]},)"
    R"({"answer":"text","text":"In {figure.region}.","needs":[{"fact":"figure.region","is_not":"us-1"}]},)"
    R"({"answer":"no","text":"Nowhere."}]})";

http::Request request(const std::string& body) {
  http::Request out;
  out.fields = {{"Content-Type", "application/json"}};
  out.body = body;
  return out;
}

http::Request preview(const std::string& answer) {
  return request(R"({"tenant":"acme","answer":)" + answer + "}");
}

std::string why(const http::Request& asked) {
  const auto read = read_preview(asked);
  return read ? "it was taken" : std::to_string(read.error().status) + " " + read.error().detail;
}

std::string said(const answers::Facts& facts) {
  return boost::json::serialize(preview_of(read_preview(preview(kAnswer)).value().answer, facts));
}

answers::Facts facts(const std::string& region, const std::string& kept) {
  answers::Facts out;
  EXPECT_TRUE(out.set("figure.region", {region, "figure:region", {}}));
  EXPECT_TRUE(out.set("figure.regions_kept", {kept, "figure:regions_kept", {}}));
  return out;
}

TEST(AnswerPreview, SaysWhatHoldsNeedByNeedAndWhatWouldBeSaid) {
  EXPECT_EQ(
      said(facts("eu-1", "1")),
      R"({"proposal":{"holds":true,"value":"text","text":"In eu-1.","cites":["figure:region"]},)"
      R"("claims":[{"holds":false,"needs":[true,false]},{"holds":true,"needs":[true]},{"holds":true,"needs":[]}]})");
  EXPECT_THAT(said(facts("eu-1", "2")),
              StartsWith(R"({"proposal":{"holds":true,"value":"yes","text":"In both.")"));
}

TEST(AnswerPreview, OfWhatIsNotKnownNothingHolds) {
  EXPECT_THAT(said({}), testing::HasSubstr(
                            R"([{"holds":false,"needs":[false,false]},{"holds":false,"needs":[false]},)"));
}

TEST(AnswerPreview, NamesThePlaceOfWhatIsWrong) {
  EXPECT_THAT(
      why(preview(
          R"({"id":"Own","topic":"residency","title":"t","asks":["a"],"claims":[{"answer":"yes","text":"t"}]})")),
      StartsWith("422 id: "));
  EXPECT_THAT(
      why(preview(
          R"({"id":"own","topic":"residency","title":"t","asks":["a"],"claims":[{"answer":"yes","text":"{figure.region}"}]})")),
      StartsWith("422 claims[0].text: "));
  EXPECT_THAT(
      why(preview(
          R"({"id":"own","topic":"residency","title":"t","asks":["a"],"must":["no_such"],"claims":[{"answer":"yes","text":"t"}]})")),
      StartsWith("422 must[0]: "));
  EXPECT_THAT(why(request(R"({"answer":{}})")), StartsWith("422 tenant"));
  EXPECT_THAT(why(request(R"({"tenant":"acme","answer":[]})")), StartsWith("422 tenant"));
  EXPECT_THAT(why(request(R"({"tenant":"acme","answer":{},"more":1})")), StartsWith("422 "));
}

}  // namespace
}  // namespace countersign::procurement
