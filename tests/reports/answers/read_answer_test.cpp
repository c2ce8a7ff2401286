#include "reports/answers/read_answer.h"

#include "ledger/base/json.h"
#include "reports/answers/library.h"
#include "reports/answers/toml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::answers {
namespace {

using testing::HasSubstr;

const FactNames kNames({"PRIVILEGED-MFA"});

constexpr std::string_view kGood = R"({"id":"our-mfa","topic":"mfa","title":"MFA","asks":["Is MFA required?"],
  "keys":["acme-1:4.2"],"form":"yes-no","must":["mfa","admin|privileged"],"may":["login"],"must_not":["vpn"],"figures":["12 months","5"],
  "claims":[{"answer":"yes","text":"{control.PRIVILEGED-MFA.items} logins","cites":["report:standing"],
             "needs":[{"fact":"control.PRIVILEGED-MFA.state","is":["passed","nothing"]},{"fact":"policy.access.factors","includes":"totp"},{"fact":"figure.records","known":true}]},
            {"answer":"no","text":"none"}]})";

base::Result<Answer> read(std::string_view text) {
  return read_answer(base::parse_json(text, {}).value().value.as_object(), {kNames});
}

/// With one piece of the good one replaced.
std::string fault_of(std::string_view what, std::string_view with) {
  std::string text(kGood);
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  const auto read_now = read(text.replace(at, what.size(), with));
  return read_now ? "none" : read_now.error().message;
}

TEST(ReadAnswer, ReadsWhatItWrites) {
  const auto answer = read(kGood);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->own);
  EXPECT_EQ(answer->claims.size(), 2U);
  EXPECT_EQ(answer->claims.front().needs.front().values, (std::vector<std::string>{"passed", "nothing"}));
  const auto again = read_answer(to_json(*answer), {kNames});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *answer);
}

TEST(ReadAnswer, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(fault_of("\"our-mfa\"", "\"Our MFA\""),
            "id: it must be 1 to 64 of a-z, 0-9 and -, and begin with a letter");
  EXPECT_EQ(fault_of("\"MFA\"", "7"), "title: it must be a text of 1 to 200 bytes");
  EXPECT_EQ(fault_of("[\"Is MFA required?\"]", "[]"), "asks: it must hold at least one way to ask it");
  EXPECT_EQ(fault_of("acme-1:4.2", "acme"), "keys: it must hold texts such as caiq-4.1:IAM-13.1");
  EXPECT_EQ(fault_of("\"yes-no\"", "\"maybe\""), "form: it must be any, yes-no or open");
  EXPECT_THAT(fault_of("admin|privileged", "Admin!"), HasSubstr("must: it must hold concepts"));
  EXPECT_THAT(fault_of("12 months", "a while"), HasSubstr("figures: it must hold whole numbers"));
  EXPECT_EQ(fault_of("\"answer\":\"yes\"", "\"answer\":\"compliant\""),
            "claims[0].answer: it must be yes, no, partial, not-applicable or text");
  EXPECT_EQ(fault_of("control.PRIVILEGED-MFA.state", "control.PRIVILEGED-MFO.state"),
            "claims[0].needs[0].fact: 'PRIVILEGED-MFO' is no control that is known here");
  EXPECT_THAT(fault_of("policy.access.factors", "policy.access.factor"),
              HasSubstr("claims[0].needs[1].fact: 'access.factor' is no member of a policy"));
  EXPECT_THAT(fault_of("figure.records", "figure.record"),
              HasSubstr("claims[0].needs[2].fact: 'record' is no figure"));
  EXPECT_THAT(fault_of("\"includes\":\"totp\"", "\"has\":\"totp\""),
              HasSubstr("claims[0].needs[1]: it must have one of is, is_not"));
  EXPECT_THAT(fault_of("\"includes\":\"totp\"", "\"is\":\"totp\",\"is_not\":\"sms\""),
              HasSubstr("it must have one of"));
  EXPECT_THAT(fault_of("\"includes\":\"totp\"", "\"at_least\":\"much\""),
              HasSubstr("claims[0].needs[1].at_least: it must be a whole number"));
  EXPECT_THAT(fault_of("\"known\":true", "\"known\":false"),
              HasSubstr("claims[0].needs[2].known: it must be true"));
  EXPECT_EQ(fault_of("report:standing", "everything"),
            "claims[0].cites: it must hold texts such as control:PRIVILEGED-MFA or report:standing");
}

TEST(ReadAnswer, RefusesATextThatShowsWhatNoNeedCovers) {
  EXPECT_EQ(fault_of("\"text\":\"none\"", "\"text\":\"{figure.records} records\""),
            "claims[1].text: it shows {figure.records}, which none of its needs covers");
  EXPECT_EQ(fault_of("\"text\":\"none\"", "\"text\":\"{asked.span}\""),
            "claims[1].text: it shows {asked.span}, which none of its needs covers");
  EXPECT_THAT(fault_of("\"text\":\"none\"", "\"text\":\"{figure.records\""),
              HasSubstr("claims[1].text: a brace"));
}

TEST(ReadAnswer, RepeatsNothingOfSomebody) {
  EXPECT_EQ(
      fault_of("\"may\"", "\"anna@example.com\""),
      "it has a member that is not known here; known are asks, claims, exact, figures, form, id, keys, may, "
      "must, must_not, part, title, topic");
  EXPECT_EQ(fault_of("\"cites\"", "\"anna@example.com\""),
            "claims[0]: it has a member that is not known here; known are answer, cites, needs, text");
}

std::string library_fault(std::string_view toml, std::string_view second = "") {
  std::vector<Library::File> files{{"a.toml", std::string(toml)}};
  if (!second.empty()) files.push_back({"b.toml", std::string(second)});
  const auto library = Library::read(std::move(files), kNames);
  return library ? "none" : library.error().message;
}

constexpr std::string_view kToml = R"(topic = "mfa"

[[answers]]
id = "one"
title = "One"
asks = ["Is there one?"]
keys = ["caiq-4.1:IAM-13.1"]
must = ["mfa"]

[[answers.claims]]
answer = "yes"
text = "{control.PRIVILEGED-MFA.items}"
needs = [{ fact = "control.PRIVILEGED-MFA.state", is = "passed" }]
)";

std::string with(std::string_view what, std::string_view other) {
  std::string text(kToml);
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, what.size(), other);
}

TEST(ReadLibrary, NamesFileAndLine) {
  EXPECT_EQ(library_fault(kToml), "none");
  EXPECT_THAT(library_fault("topic = "), HasSubstr("a.toml:1: it is no TOML"));
  EXPECT_THAT(library_fault(with("must = [\"mfa\"]", "musst = [\"mfa\"]")),
              HasSubstr("a.toml:8: 'musst' is no member that is known here"));
  EXPECT_THAT(library_fault(with("must = [\"mfa\"]", "must = []")),
              HasSubstr("a.toml:8: it must name what a question has to speak of"));
  EXPECT_THAT(library_fault(with("PRIVILEGED-MFA.state", "UNKNOWN.state")),
              HasSubstr("a.toml:13: 'UNKNOWN' is no control"));
  EXPECT_THAT(library_fault(with("{control.PRIVILEGED-MFA.items}", "{figure.records}")),
              HasSubstr("a.toml:12: it shows {figure.records}"));
  EXPECT_THAT(library_fault(with("answer = \"yes\"", "answer = \"sure\"")),
              HasSubstr("a.toml:11: it must be yes, no"));
  EXPECT_THAT(library_fault(with("title = \"One\"", "title = 1.5")),
              HasSubstr("a.toml:5: it must be a text, a whole number"));
  EXPECT_THAT(library_fault(with("topic = \"mfa\"", "subject = \"mfa\"")),
              HasSubstr("a.toml:1: 'subject' is no member"));
  EXPECT_THAT(library_fault(with("topic = \"mfa\"", "reviewed = \"all\"\ntopic = \"mfa\"")),
              HasSubstr("a.toml:1: 'reviewed' must be a list"));
  EXPECT_THAT(library_fault(std::string(kToml.substr(0, kToml.find("needs")))),
              HasSubstr("a.toml:10: a claim must hang on something"));
}

TEST(ReadLibrary, RefusesAnIdOrKeyThatStandsThereTwice) {
  EXPECT_EQ(library_fault(kToml, kToml), "b.toml:4: the id one is used by another");
  EXPECT_EQ(library_fault(kToml, with("id = \"one\"", "id = \"two\"")),
            "b.toml:7: the key caiq-4.1:IAM-13.1 is that of one, too");
}

Answer own(std::string id, std::vector<std::string> keys) {
  Answer out;
  out.id = std::move(id);
  out.keys = std::move(keys);
  return out;
}

TEST(ReadLibrary, LetsAVendorsOwnAnswersGoFirst) {
  const auto library = Library::read({{"a.toml", std::string(kToml)}}, kNames).value();
  const auto with_own = library.with({own("one", {"acme-1:7"}), own("ours", {"caiq-4.1:IAM-13.1"})});
  ASSERT_TRUE(with_own);
  EXPECT_EQ(with_own->answers().size(), 2U);
  EXPECT_TRUE(with_own->find("one")->own);
  EXPECT_EQ(with_own->by_key("caiq-4.1:IAM-13.1")->id, "ours");
  EXPECT_EQ(with_own->by_key("acme-1:7")->id, "one");
  EXPECT_EQ(with_own->by_key("acme-1:8"), nullptr);
  EXPECT_EQ(library.with({own("x", {}), own("x", {})}).error().code, base::Code::already_exists);
  EXPECT_EQ(library.with({own("x", {"a:1"}), own("y", {"a:1"})}).error().code, base::Code::already_exists);
}

}  // namespace
}  // namespace countersign::answers
