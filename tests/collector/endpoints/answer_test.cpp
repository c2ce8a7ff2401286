#include "collector/endpoints/answer.h"

#include <gtest/gtest.h>

namespace countersign::endpoints {
namespace {

using base::Problem;
using ingest::EventAnswer;
using ingest::EventStatus;

TEST(Answer, SaysWhereADuplicateDiffers) {
  EventAnswer same, other;
  same.status = EventStatus::duplicate;
  other.status = EventStatus::differing;
  const auto response = answer({same, other});
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find(R"({"index":0,"status":"duplicate","receipt":)"), std::string::npos);
  EXPECT_NE(response.body.find(R"({"index":1,"status":"duplicate","receipt":)"), std::string::npos);
  EXPECT_EQ(response.body.find(R"("differs":true)"), response.body.rfind(R"("differs":true)"));
  EXPECT_NE(response.body.find(R"("duplicate":2,"differing":1,)"), std::string::npos);
}

TEST(Answer, InvitesARetryWhereOneHelps) {
  const auto response = answer(Problem{503, "about:blank", "busy"});
  ASSERT_EQ(response.headers.size(), 1u);
  EXPECT_EQ(response.headers[0].first, "Retry-After");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(answer(Problem{401, "about:blank", ""}).headers[0].second, "Bearer");
  EXPECT_TRUE(answer(Problem{400, "about:blank", ""}).headers.empty());
}

}  // namespace
}  // namespace countersign::endpoints
