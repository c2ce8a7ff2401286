#include "collector/pull/puller.h"

#include <gtest/gtest.h>

namespace countersign::pull {
namespace {

constexpr std::int64_t kNow_s = 1'769'851'800;

PullContext context() { return {"https://acme.okta.com", "00-secret", {}, {kNow_s * 1'000'000}}; }

http::ClientResponse answer(int status, std::string body, http::Fields headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

tl::expected<PullPage, PullFault> read(const http::ClientResponse& response,
                                       std::string_view cursor = "/old") {
  return kOktaPuller.read(response, cursor, context());
}

TEST(OktaPuller, BeginsAWeekBackAndGoesOnWithTheLink) {
  const auto first = kOktaPuller.request("", context());
  EXPECT_EQ(first.target, "/api/v1/logs?since=2026-01-24T09:30:00.000Z&sortOrder=ASCENDING&limit=1000");
  EXPECT_EQ(first.headers.back(),
            std::make_pair(std::string("Authorization"), std::string("SSWS 00-secret")));
  EXPECT_EQ(kOktaPuller.request("/api/v1/logs?after=7", context()).target, "/api/v1/logs?after=7");
}

TEST(OktaPuller, FindsTheNextLinkAmongOthers) {
  for (
      const http::Fields& headers : std::vector<http::Fields>{
          {{"link", R"(<https://acme.okta.com/api/v1/logs?limit=2>; rel="self")"},
           {"Link", R"(<https://acme.okta.com/api/v1/logs?after=a_b&limit=2>; rel="next")"}},
          {{"Link",
            R"(<https://acme.okta.com/x>; rel="self", <https://acme.okta.com/api/v1/logs?after=a_b&limit=2>; rel="next")"}}}) {
    const auto page = read(answer(200, R"([{"uuid":"1"},{"uuid":"2"}])", headers));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->cursor, "/api/v1/logs?after=a_b&limit=2");
    EXPECT_EQ(page->payloads.size(), 2u);
    EXPECT_TRUE(page->more);
  }
}

TEST(OktaPuller, NeverFollowsALinkToAnotherHost) {
  for (const auto* link :
       {R"(<https://evil.example.com/api/v1/logs?after=1>; rel="next")",
        R"(<http://acme.okta.com/x>; rel="next")", R"(<https://acme.okta.com:444/x>; rel="next")",
        R"(<not a link>; rel="next")", "<", R"(; rel="next")"}) {
    const auto page = read(answer(200, "[]", {{"Link", link}}));
    ASSERT_TRUE(page) << link;
    EXPECT_EQ(page->cursor, "/old") << link;
    EXPECT_FALSE(page->more);
  }
}

TEST(OktaPuller, IsLevelWhereThePageIsEmpty) {
  const auto page =
      read(answer(200, "[]", {{"Link", R"(<https://acme.okta.com/api/v1/logs?after=9>; rel="next")"}}));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->cursor, "/api/v1/logs?after=9");
  EXPECT_FALSE(page->more);
}

TEST(OktaPuller, LeavesHalfOfTheLimitToOthers) {
  const auto wait = [](const char* limit, const char* left) {
    const auto page = read(answer(200, "[]",
                                  {{"X-Rate-Limit-Limit", limit},
                                   {"X-Rate-Limit-Remaining", left},
                                   {"X-Rate-Limit-Reset", std::to_string(kNow_s + 20)}}));
    return page ? page->wait_s : -1;
  };
  EXPECT_EQ(wait("120", "61"), 0);
  EXPECT_EQ(wait("120", "60"), 21);
  EXPECT_EQ(wait("120", "0"), 21);
  EXPECT_EQ(wait("x", "0"), 0);
}

TEST(OktaPuller, SaysWhyAnAnswerIsNone) {
  EXPECT_EQ(read(answer(429, "", {{"X-Rate-Limit-Reset", std::to_string(kNow_s + 20)}})).error().wait_s, 21);
  EXPECT_EQ(read(answer(429, "")).error().wait_s, 60);
  EXPECT_NE(read(answer(401, "{}")).error().reason.find("401"), std::string::npos);
  for (const auto& other :
       {answer(500, "x"), answer(302, ""), answer(200, "<html>"), answer(200, R"({"value":[]})")}) {
    ASSERT_FALSE(read(other));
    EXPECT_EQ(read(other).error().reason.find("00-secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace countersign::pull
