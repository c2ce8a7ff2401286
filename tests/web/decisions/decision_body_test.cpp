#include "web/decisions/decision_body.h"

#include <gtest/gtest.h>

namespace countersign::decisions {
namespace {

std::string refused(std::string_view body) {
  const auto read = read_decision(body);
  return read ? "" : std::to_string(read.error().status) + " " + read.error().detail;
}

TEST(DecisionBody, ReadsWhatMayBeSaid) {
  const auto body = read_decision(
      R"({"actor":{"id":"ana","email":"ana@example.com","phone":"+14155550100"},"action":{"name":"a"},)"
      R"("session":{"id":"s"},"challenge":{"id":"c"}})");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->actor_id, "ana");
  EXPECT_EQ(body->actor_email, "ana@example.com");
  EXPECT_EQ(body->actor_phone, "+14155550100");
  EXPECT_EQ(body->action, "a");
  EXPECT_EQ(body->session, "s");
  EXPECT_EQ(body->challenge, "c");
  EXPECT_EQ(refused(R"({"actor":{"phone":"+1"},"action":{"name":"a"}})"), "");
}

TEST(DecisionBody, NamesTheMemberThatIsWrong) {
  const std::string actor = R"("actor":{"id":"ana"})", action = R"("action":{"name":"a"})";
  EXPECT_EQ(refused("{" + action + "}"), "422 actor is missing; it has one of id, email and phone at least");
  EXPECT_EQ(refused("{" + actor + "}"), "422 action.name is missing");
  EXPECT_EQ(refused(R"({"actor":{},)" + action + "}"), "422 actor must not be empty; leave it out");
  EXPECT_EQ(refused("{" + actor + "," + action + R"(,"session":{}})"),
            "422 session must not be empty; leave it out");
  EXPECT_EQ(refused("{" + actor + "," + action + R"(,"session":"s"})"), "422 session must be an object");
  EXPECT_EQ(refused(R"({"actor":{"name":"Ana"},)" + action + "}"), "422 actor.name is not known");
  EXPECT_EQ(refused("{" + actor + R"(,"action":{"name":"a","resource":"r"}})"),
            "422 action.resource is not known");
  EXPECT_EQ(refused("{" + actor + "," + action + R"(,"device":{"ip":"192.0.2.1"}})"),
            "422 device is not known; there are actor, action, session and challenge");
  EXPECT_EQ(refused("{" + actor + "," + action + ",\"\\u001b\\u00e9[0m\":1}"),
            "422 ???[0m is not known; there are actor, action, session and challenge");
  EXPECT_EQ(refused(R"({"actor":{"id":7},)" + action + "}"),
            "422 actor.id must be a string of 1 to 256 characters, none of them a control character");
}

TEST(DecisionBody, HasTheLimitsOfAnEvent) {
  const auto with = [](const std::string& id) {
    return refused(R"({"actor":{"id":")" + id + R"("},"action":{"name":"a"}})");
  };
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "\xC3\xA4";
  EXPECT_EQ(with(umlauts), "") << "characters are counted, not bytes";
  EXPECT_EQ(with(umlauts + "a").substr(0, 12), "422 actor.id");
  EXPECT_EQ(with("").substr(0, 12), "422 actor.id");
  EXPECT_EQ(with("a\\u0000b").substr(0, 12), "422 actor.id");
  EXPECT_EQ(with("a\\u007f").substr(0, 12), "422 actor.id");
}

TEST(DecisionBody, IsOneObjectInWhichNothingStandsTwice) {
  const std::string fault = "400 the body must be one JSON object in which no member stands twice";
  for (const char* body :
       {"", "[]", "null", "{", R"({"actor":{"id":"ana","id":"bob"},"action":{"name":"a"}})",
        R"({"actor":{"id":"ana"},"action":{"name":"a"}} {})", "{\"actor\":{\"id\":\"\xff\"}}",
        R"({"actor":{"id":{"a":{"b":{"c":1}}}}})"})
    EXPECT_EQ(refused(body), fault) << body;
}

TEST(DecisionBody, TakesTheLongestThatMayBeSaidWithinItsLimit) {
  const auto text = [](std::size_t characters) {
    std::string out;
    for (std::size_t i = 0; i < characters; ++i) out += "\\ud83d\\ude00";
    return out;
  };
  const auto body = R"({"actor":{"id":")" + text(256) + R"(","email":")" + text(320) + R"(","phone":")" +
                    text(64) + R"("},"action":{"name":")" + text(128) + R"("},"session":{"id":")" +
                    text(256) + R"("},"challenge":{"id":")" + text(128) + R"("}})";
  EXPECT_EQ(refused(body), "");
  EXPECT_LT(body.size(), kDecisionBytesMax);
}

}  // namespace
}  // namespace countersign::decisions
