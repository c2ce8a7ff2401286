#include "reports/answers/facts.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <gtest/gtest.h>

namespace countersign::answers {
namespace {

const base::Timestamp kTime = base::parse_rfc3339("2026-04-02T06:00:00Z").value();

Facts two() {
  Facts facts;
  EXPECT_TRUE(facts.set("figure.records", {"48211", "figure:records", kTime}));
  EXPECT_TRUE(facts.set("control.PRIVILEGED-MFA.state", {"passed", "control:PRIVILEGED-MFA", kTime}));
  return facts;
}

base::Result<Facts> read(std::string_view text) {
  return Facts::from_json(base::parse_json(text, {}).value().value.as_object());
}

TEST(Facts, HaveOneText) {
  const auto facts = two();
  EXPECT_EQ(
      facts.canonical(),
      R"({"control.PRIVILEGED-MFA.state":{"as_of":"2026-04-02T06:00:00.000000Z","cites":"control:PRIVILEGED-MFA","value":"passed"},)"
      R"("figure.records":{"as_of":"2026-04-02T06:00:00.000000Z","cites":"figure:records","value":"48211"}})");
  EXPECT_EQ(base::to_hex(facts.digest().view()).size(), 64U);
  auto other = facts;
  ASSERT_TRUE(other.set("figure.records", {"48212", "figure:records", kTime}));
  EXPECT_NE(other.digest(), facts.digest());
  EXPECT_EQ(Facts().canonical(), "{}");
}

TEST(Facts, AreReadAsTheyAreWritten) {
  auto facts = two();
  ASSERT_TRUE(facts.set("policy.access.step_up.actions", {"", "policy:access.step_up.actions", kTime}));
  ASSERT_TRUE(
      facts.set("document.soc2-type2.title", {"R\u00e9port \"2025\" \\ 1", "document:soc2-type2", kTime}));
  const auto again = Facts::from_json(facts.to_json());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, facts);
  EXPECT_EQ(again->canonical(), facts.canonical());
  const auto parsed = read(facts.canonical());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, facts);
}

TEST(Facts, RefuseWhatIsNone) {
  Facts facts;
  for (const char* name :
       {"", "records", "other.records", "figure.", "figure.a.b", "control.X", "control..state", "control.X.",
        "document.soc2", "policy.", "figure.a b", "figure.\n"})
    EXPECT_FALSE(facts.set(name, {"1", "figure:records", kTime})) << name;
  for (const char* cites : {"", "figure", "figure:", "person:anna", "figure:a b", "control:x\n"})
    EXPECT_FALSE(facts.set("figure.records", {"1", cites, kTime})) << cites;
  for (const std::string& value : std::vector<std::string>{"two\nlines", "\x01", "\xFF", "\xC0\x80", "\x7F"})
    EXPECT_FALSE(facts.set("figure.records", {value, "figure:records", kTime})) << value;
  EXPECT_FALSE(facts.set("figure.records", {std::string(4097, 'a'), "figure:records", kTime}));
  EXPECT_TRUE(facts.set("figure.records", {std::string(4096, 'a'), "figure:records", kTime}));
  EXPECT_TRUE(facts.set("policy.access.audit_access.four_eyes",
                        {"true", "policy:access.audit_access.four_eyes", kTime}));
}

TEST(Facts, SayWhichMemberIsWrong) {
  EXPECT_EQ(read(R"({"figure.records":1})").error().message,
            "'figure.records' must be an object of the texts 'as_of', 'cites' and 'value' alone");
  EXPECT_FALSE(read(
      R"({"figure.records":{"as_of":"2026-04-02T06:00:00Z","cites":"figure:records","value":"1","more":"x"}})"));
  EXPECT_FALSE(
      read(R"({"figure.records":{"as_of":"2026-04-02T06:00:00Z","cites":"figure:records","value":1}})"));
  EXPECT_FALSE(read(R"({"figure.records":{"as_of":"yesterday","cites":"figure:records","value":"1"}})"));
  const auto name =
      read(R"({"Anna Example":{"as_of":"2026-04-02T06:00:00Z","cites":"figure:records","value":"1"}})");
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().message.find("Anna"), std::string::npos) << "what was sent is not repeated";
}

TEST(Facts, AreForgottenOneByOne) {
  auto facts = two();
  facts.erase("figure.records");
  facts.erase("figure.records");
  EXPECT_EQ(facts.find("figure.records"), nullptr);
  ASSERT_NE(facts.find("control.PRIVILEGED-MFA.state"), nullptr);
  EXPECT_EQ(facts.all().size(), 1U);
}

}  // namespace
}  // namespace countersign::answers
