#include "web/senders/batch/post.h"

#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

using Body = PostOptions::Body;

std::vector<Item> two() {
  return {{"aa", "log.example.com/eu-1/acme", 1, "login.failed", {1'769'851'800'000'042}, 5, R"({"a":1})"},
          {"bb", "log.example.com/eu-1/acme", 2, "login.failed", {1'769'851'800'500'000}, 5, R"({"a":2})"}};
}

std::string body(Body kind, bool json = true, const std::string& index = {}) {
  PostOptions options;
  options.body = kind;
  options.json = json;
  options.host = "audit";
  options.sourcetype = "countersign:ocsf";
  options.index = index;
  return body_of(options, two());
}

TEST(Post, WritesEachBodyAsItsReceiverWantsIt) {
  EXPECT_EQ(body(Body::ndjson), "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(body(Body::array), R"([{"a":1},{"a":2}])");
  EXPECT_EQ(body(Body::bulk),
            "{\"create\":{\"_id\":\"aa\"}}\n{\"a\":1}\n{\"create\":{\"_id\":\"bb\"}}\n{\"a\":2}\n");
  EXPECT_EQ(
      body(Body::hec),
      R"({"time":1769851800.000042,"host":"audit","source":"log.example.com/eu-1/acme","sourcetype":"countersign:ocsf",)"
      R"("fields":{"countersign_id":"aa"},"event":{"a":1}})"
      "\n"
      R"({"time":1769851800.500000,"host":"audit","source":"log.example.com/eu-1/acme","sourcetype":"countersign:ocsf",)"
      R"("fields":{"countersign_id":"bb"},"event":{"a":2}})"
      "\n");
}

TEST(Post, WritesTextsAsStringsWhereJsonIsExpected) {
  EXPECT_EQ(body(Body::array, false), R"(["{\"a\":1}","{\"a\":2}"])");
  EXPECT_NE(body(Body::hec, false, "main").find(R"("index":"main",)"), std::string::npos);
  EXPECT_NE(body(Body::hec, false).find(R"("event":"{\"a\":1}"})"), std::string::npos);
}

TEST(Post, FailsWhereNobodyListens) {
  PostOptions options;
  options.url = "http://127.0.0.1:1/";
  const auto send = post(std::move(options));
  const auto items = two();
  EXPECT_EQ(send(items, [] { return false; }).kind, BatchOutcome::Kind::failed);
  EXPECT_EQ(send(items, [] { return true; }).kind, BatchOutcome::Kind::stopped);
}

}  // namespace
}  // namespace countersign::senders
