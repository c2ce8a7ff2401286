#include "web/procurement/document_wishes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::procurement {
namespace {

using documents::Confidentiality;
using ::testing::HasSubstr;

http::Request request(const std::string& body) {
  http::Request out;
  out.fields = {{"Content-Type", "application/json"}};
  out.body = body;
  return out;
}

http::RequestHead query(const std::string& text) {
  http::RequestHead out;
  out.query = text;
  return out;
}

template <class T>
std::string why(const Wish<T>& wish) {
  return wish ? "it was taken" : std::to_string(wish.error().status) + " " + wish.error().detail;
}

TEST(NewDocument, HasDefaults) {
  const auto plain = read_new_document(request(R"({"kind":"other","title":"A letter"})"), "acc-1").value();
  EXPECT_EQ(plain.kind, "other");
  EXPECT_EQ(plain.title, "A letter");
  EXPECT_EQ(plain.owner, "acc-1");
  EXPECT_EQ(plain.confidentiality, Confidentiality::internal);
  EXPECT_EQ(plain.remind_days, std::vector<std::int64_t>{30});
  EXPECT_FALSE(plain.is_nda);
  const auto nda =
      read_new_document(request(R"({"kind":"policy","title":"NDA","nda":true})"), "acc-1").value();
  EXPECT_TRUE(nda.is_nda);
  EXPECT_EQ(nda.confidentiality, Confidentiality::open);
}

TEST(NewDocument, TakesWhatIsGiven) {
  const auto all =
      read_new_document(request(R"({"kind":"other","title":"t","owner":"acc-2","confidentiality":"nda",)"
                                R"("remind_days":[90,7],"nda":false})"),
                        "acc-1")
          .value();
  EXPECT_EQ(all.owner, "acc-2");
  EXPECT_EQ(all.confidentiality, Confidentiality::nda);
  EXPECT_EQ(all.remind_days, (std::vector<std::int64_t>{90, 7}));
}

TEST(NewDocument, IsRefusedWhereAMemberIsNotAsItMustBe) {
  for (const auto& [body, reason] :
       {std::pair(R"({"kind":"other","title":"t","x":1})", "422 there is a member that is not known"),
        {R"({"kind":1,"title":"t"})", "422 kind must be a text"},
        {R"({"kind":"other","title":"t","confidentiality":"secret"})", "422 confidentiality"},
        {R"({"kind":"other","title":"t","remind_days":30})", "422 remind_days"},
        {R"({"kind":"other","title":"t","remind_days":["30"]})", "422 remind_days"},
        {R"({"kind":"other","title":"t","nda":"yes"})", "422 nda"},
        {R"({"kind":"other","kind":"other","title":"t"})", "400"},
        {"[]", "400"}})
    EXPECT_THAT(why(read_new_document(request(body), "acc-1")), HasSubstr(reason)) << body;
  auto text = request("{}");
  text.fields = {{"Content-Type", "text/plain"}};
  EXPECT_THAT(why(read_new_document(text, "acc-1")), HasSubstr("415"));
}

TEST(DocumentChange, HasWhatIsGivenAlone) {
  const auto change = read_document_change(request(R"({"title":"t","remind_days":[]})")).value();
  EXPECT_EQ(change.title, "t");
  EXPECT_FALSE(change.owner);
  EXPECT_FALSE(change.confidentiality);
  EXPECT_EQ(change.remind_days, std::vector<std::int64_t>{});
  EXPECT_THAT(why(read_document_change(request(R"({"kind":"other"})"))), HasSubstr("422"));
}

TEST(NewVersion, IsReadFromTheQuery) {
  const auto all =
      read_new_version(
          query("file_name=SOC%202%20Pr%C3%BCfung.pdf&issuer=A+B&valid_from=2026-01-01&valid_until="
                "2026-12-31&sha256=" +
                std::string(64, 'a')))
          .value();
  EXPECT_EQ(all.file_name,
            "SOC 2 Pr\xc3\xbc"
            "fung.pdf");
  EXPECT_EQ(documents::format_day(*all.valid_from), "2026-01-01");
  EXPECT_EQ(documents::format_day(*all.valid_until), "2026-12-31");
  EXPECT_EQ(all.sha256->bytes[0], 0xaa);
  EXPECT_FALSE(read_new_version(query(""))->valid_until);
}

TEST(NewVersion, IsRefusedWhereAParameterIsMisspelt) {
  for (const auto& [text, reason] :
       {std::pair("valid_untill=2026-12-31", "422 there is a parameter that is not known"),
        {"valid_until=2026-13-31", "422 valid_until must be a day"},
        {"issuer=a&issuer=b", "422 a parameter stands twice"},
        {"sha256=abc", "422 sha256"},
        {"issuer=%zz", "400"}})
    EXPECT_THAT(why(read_new_version(query(text))), HasSubstr(reason)) << text;
}

TEST(Withdrawing, KeepsContentsUnlessItIsSaid) {
  const auto wish = read_withdrawing(request(R"({"reason":"a draft"})")).value();
  EXPECT_EQ(wish.reason, "a draft");
  EXPECT_FALSE(wish.remove_contents);
  EXPECT_TRUE(read_withdrawing(request(R"({"reason":"a","remove_contents":true})"))->remove_contents);
  EXPECT_THAT(why(read_withdrawing(request(R"({"reason":"a","remove_contents":"yes"})"))), HasSubstr("422"));
}

TEST(Acceptance, NamesTheText) {
  EXPECT_EQ(read_acceptance(request(R"({"sha256":")" + std::string(64, 'a') + "\"}"))->bytes[31], 0xaa);
  EXPECT_THAT(why(read_acceptance(request("{}"))), HasSubstr("sha256 is missing"));
  EXPECT_THAT(why(read_acceptance(request(R"({"sha256":"abc"})"))), HasSubstr("64 hexadecimal digits"));
}

}  // namespace
}  // namespace countersign::procurement
