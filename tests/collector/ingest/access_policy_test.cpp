#include "collector/ingest/access_policy.h"

#include "ledger/base/json.h"
#include "ledger/record/event_schema.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace countersign::ingest {
namespace {

base::Result<AccessPolicy> parse(std::string_view text) {
  return AccessPolicy::parse(base::parse_json(text, {})->value.get_object());
}

TEST(AccessPolicy, AllowsEveryFactorAndAsksForNothingByDefault) {
  const AccessPolicy policy;
  for (const auto factor : record::factors()) EXPECT_TRUE(policy.allows(factor)) << factor;
  EXPECT_FALSE(policy.allows("carrier_pigeon"));
  EXPECT_FALSE(policy.needs_step_up("user.delete"));
  EXPECT_EQ(policy.step_up_window_s(), 900);
  EXPECT_EQ(policy.audit_window_s(), 900);
  EXPECT_TRUE(policy.is_default());
  EXPECT_EQ(*parse("{}"), policy);
}

TEST(AccessPolicy, ChoosesActionsByNameAndBeginning) {
  const auto policy = parse(R"({"step_up":{"actions":["user.delete","billing.*"]}})");
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->needs_step_up("user.delete"));
  EXPECT_FALSE(policy->needs_step_up("user.delete.soon"));
  EXPECT_FALSE(policy->needs_step_up("user.delet"));
  EXPECT_TRUE(policy->needs_step_up("billing.refund"));
  EXPECT_TRUE(policy->needs_step_up("billing."));
  EXPECT_FALSE(policy->needs_step_up("billing"));
  EXPECT_TRUE(parse(R"({"step_up":{"actions":["*"]}})")->needs_step_up("anything"));
}

TEST(AccessPolicy, HasOneText) {
  const auto one = parse(
      R"({"factors":["totp","passkey"],"step_up":{"actions":["b","a"],"window_s":0},)"
      R"("audit_access":{"window_s":1800,"single_records":true,"four_eyes":true},"lockout":{"attempts":5}})");
  const auto other = parse(R"({"lockout":{"attempts":5},"factors":["passkey","totp"],)"
                           R"("audit_access":{"four_eyes":true,"single_records":true,"window_s":1800},)"
                           R"("step_up":{"window_s":0,"actions":["a","b"]}})");
  ASSERT_TRUE(one && other);
  EXPECT_EQ(*one, *other);
  EXPECT_EQ(boost::json::serialize(one->to_json()), boost::json::serialize(other->to_json()));
  const auto again = AccessPolicy::parse(one->to_json());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *one);
  EXPECT_FALSE(one->allows("sms"));
  EXPECT_EQ(one->lockout_attempts(), 5u);
}

TEST(AccessPolicy, NamesWhatIsWrong) {
  struct Case {
    const char* text;
    const char* named;
  };
  for (const auto& [text, named] :
       {Case{R"({"factor":["totp"]})", "factor is not known"},
        Case{R"({"factors":[]})", "factors"},
        Case{R"({"factors":"totp"})", "factors"},
        Case{R"({"factors":["totp","fax"]})", "factors[1]"},
        Case{R"({"factors":["totp","totp"]})", "twice"},
        Case{R"({"step_up":[]})", "step_up"},
        Case{R"({"step_up":{"action":[]}})", "step_up.action "},
        Case{R"({"step_up":{"actions":["a*b"]}})", "step_up.actions[0]"},
        Case{R"({"step_up":{"actions":["a b"]}})", "step_up.actions[0]"},
        Case{R"({"step_up":{"actions":[""]}})", "step_up.actions[0]"},
        Case{R"({"step_up":{"actions":[1]}})", "step_up.actions[0]"},
        Case{R"({"step_up":{"window_s":1801}})", "step_up.window_s"},
        Case{R"({"step_up":{"window_s":-1}})", "step_up.window_s"},
        Case{R"({"step_up":{"window_s":"900"}})", "step_up.window_s"},
        Case{R"({"audit_access":{"window_s":9.5}})", "audit_access.window_s"},
        Case{R"({"audit_access":{"single_records":1}})", "audit_access.single_records"},
        Case{R"({"audit_access":{"four_eyes":"no"}})", "audit_access.four_eyes"},
        Case{R"({"lockout":{"attempts":0}})", "lockout.attempts"},
        Case{R"({"lockout":{"attempts":101}})", "lockout.attempts"},
        Case{R"({"lockout":{"after":3}})", "lockout.after"}}) {
    const auto policy = parse(text);
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().code, base::Code::invalid_argument);
    EXPECT_NE(policy.error().message.find(named), std::string::npos) << policy.error().message;
  }
  std::string many = R"({"step_up":{"actions":[)";
  for (int i = 0; i < 257; ++i) many += fmt::format("{}\"a{}\"", i == 0 ? "" : ",", i);
  EXPECT_FALSE(parse(many + "]}}"));
}

}  // namespace
}  // namespace countersign::ingest
