#include "web/scim/filter.h"

#include "tests/web/scim/client.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

const boost::json::object& user() {
  static const auto kUser = parse(R"({
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "A1", "externalId": "Ext-7",
    "userName": "Ana@Example.com", "title": "Tour \"Guide\"", "active": true, "displayName": "Ana",
    "name": {"givenName": "Ana", "familyName": "O'Malley"},
    "emails": [{"value": "ana@example.com", "type": "work", "primary": true},
               {"value": "ana@home.example.org", "type": "home"}],
    "roles": [{"value": "auditor"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
        {"department": "Risk", "manager": {"value": "B2"}},
    "meta": {"resourceType": "User", "created": "2026-01-02T03:04:05.000000Z",
             "lastModified": "2026-05-13T04:42:34.000000Z"}})");
  return kUser.get_object();
}

Outcome<Filter> filter(std::string_view text) { return Filter::parse(Kind::user, text); }

struct Case {
  std::string_view text;
  bool matches;
};

void check_match(const Case& row) {
  const auto parsed = filter(row.text);
  ASSERT_TRUE(parsed) << row.text;
  EXPECT_EQ(parsed->matches(user()), row.matches) << row.text;
}

// The examples of RFC 7644 section 3.4.2.2, figure 2, with this user's values where theirs would not fit.
TEST(Filter, AnswersTheExamplesOfTheRfc) {
  static constexpr Case kRows[] = {
      {R"(userName eq "bjensen")", false},
      {R"(userName eq "ana@example.com")", true},
      {R"(name.familyName co "O'Malley")", true},
      {R"(userName sw "J")", false},
      {R"(userName sw "A")", true},
      {R"(urn:ietf:params:scim:schemas:core:2.0:User:userName sw "A")", true},
      {R"(title pr)", true},
      {R"(meta.lastModified gt "2026-05-13T04:42:33Z")", true},
      {R"(meta.lastModified ge "2026-05-13T04:42:34Z")", true},
      {R"(meta.lastModified lt "2026-05-13T04:42:34Z")", false},
      {R"(meta.lastModified le "2026-05-13T06:42:34+02:00")", true},
      {R"(title pr and userType eq "Employee")", false},
      {R"(title pr or userType eq "Intern")", true},
      {R"(schemas eq "urn:ietf:params:scim:schemas:core:2.0:User")", true},
      {R"(schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")", false},
      {R"(userType eq "Employee" and (emails co "example.com" or emails.value co "example.org"))", false},
      {R"(userType ne "Employee" and not (emails co "example.net" or emails.value co "nowhere.org"))", true},
      {R"(active eq true and (emails.type eq "work"))", true},
      {R"(active eq true and emails[type eq "work" and value co "@example.com"])", true},
      {R"(emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"])",
       true}};
  for (const auto& row : kRows) check_match(row);
}

TEST(Filter, AnswersTheWholeGrammar) {
  static constexpr Case kRows[] = {
      // Case: names, operators and, where the schema says so, values.
      {R"(USERNAME EQ "ANA@EXAMPLE.COM")", true},
      {R"(id eq "a1")", false},
      {R"(Id eq "A1")", true},
      {R"(externalId eq "ext-7")", false},
      {R"(externalid sw "Ext")", true},
      {R"(URN:ietf:params:scim:schemas:extension:enterprise:2.0:user:Department eq "risk")", true},
      {R"(department eq "risk")", true},
      {R"(manager eq "B2")", true},
      {R"(manager eq "b2")", false},
      {R"(manager.value eq "B2")", true},
      {R"(manager[value eq "B2"])", true},
      {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value pr)", true},
      {R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr)", true},
      // `and` binds before `or`.
      {R"(userName eq "x" and title pr or active eq true)", true},
      {R"(active eq true or userName eq "x" and title eq "y")", true},
      {R"((active eq true or userName eq "x") and title eq "y")", false},
      {R"(title pr AND NOT (active eq false) Or userType pr)", true},
      {R"(not(title pr))", false},
      {R"(not (not (title pr)))", true},
      {R"(  ( title pr )  )", true},
      // Values with more than one value, and value paths.
      {R"(emails eq "ana@home.example.org")", true},
      {R"(emails.type ne "work")", true},
      {R"(roles.value ne "auditor")", false},
      {R"(emails[type eq "home"].value eq "ana@example.com")", false},
      {R"(emails[type eq "work"].value eq "ana@example.com")", true},
      {R"(emails[type eq "work" and not (primary eq false)].value ew ".com")", true},
      {R"(emails[type eq "home" and primary eq true])", false},
      {R"(emails[primary eq "True"])", true},
      {R"(emails[(type eq "home" or type eq "other") and value pr])", true},
      {R"(phoneNumbers pr)", false},
      {R"(emails.display pr)", false},
      {R"(emails.type pr)", true},
      // What is missing.
      {R"(userType eq "x")", false},
      {R"(userType ne "x")", true},
      {R"(userType eq null)", true},
      {R"(title eq null)", false},
      {R"(title ne null)", true},
      {R"(not (userType co "x"))", true},
      {R"(unheardOf eq "x")", false},
      {R"(unheardOf pr)", false},
      {R"(addresses.country eq "GB")", false},
      {R"(urn:example:other:1.0:User:thing eq "x")", false},
      {R"(userName.thing eq "x")", false},
      // Types.
      {R"(active eq true)", true},
      {R"(active ne true)", false},
      {R"(active eq "False")", false},
      {R"(active eq 1)", false},
      {R"(title eq 5)", false},
      {R"(title ne -5.0e1)", true},
      {R"(meta.created eq "2026-01-02T04:04:05+01:00")", true},
      {R"(meta.created sw "2026-01")", true},
      // Escapes of JSON, and words that could be others.
      {R"(title eq "tour \"guide\"")", true},
      {R"(displayName eq "\u0041na")", true},
      {R"(title eq "and or not ] ) (")", false},
      {R"(nothing pr or andy pr or title pr)", true},
      {R"(displayName gt "Aa" and displayName lt "b")", true}};
  for (const auto& row : kRows) check_match(row);
}

void check_refusal(std::string_view row) {
  const auto parsed = filter(row);
  ASSERT_FALSE(parsed) << row;
  EXPECT_EQ(parsed.error().status, 400);
  EXPECT_EQ(parsed.error().type, ScimType::invalid_filter);
}

TEST(Filter, RefusesWhatIsNoFilter) {
  static constexpr std::string_view kRows[] = {"",
                                               " ",
                                               "userName",
                                               "userName eq",
                                               "userName eq ",
                                               R"(userName "x")",
                                               R"(userName eq x)",
                                               R"(externalId eq jyoung)",
                                               R"(userName eq 'x')",
                                               R"(userName eq "x)",
                                               R"(userName eq "x\")",
                                               R"(userName eq "\q")",
                                               R"(userName eq "x" and)",
                                               R"(and userName eq "x")",
                                               R"(userName eq "x" "y")",
                                               R"(userName eq "x" xor title pr)",
                                               R"(userName eq "x"and title pr)",
                                               R"(userName eq"x")",
                                               R"(userName=="x")",
                                               R"(userName is "x")",
                                               "title pr pr",
                                               "title pr or",
                                               R"((userName eq "x")",
                                               R"(userName eq "x"))",
                                               "()",
                                               "not title pr",
                                               "not ()",
                                               R"(emails[type eq "work")",
                                               R"(emails[])",
                                               R"(emails[type eq "work"]])",
                                               R"(emails[emails[type eq "x"]])",
                                               R"(emails[type eq "work"].value)",
                                               R"(emails[type eq "work"].)",
                                               R"(emails[type eq "work"]value eq "x")",
                                               R"(emails.value[type eq "x"])",
                                               R"(emails[a.b eq "x"])",
                                               R"(.userName eq "x")",
                                               R"(user..Name eq "x")",
                                               R"(userName. eq "x")",
                                               R"(1name eq "x")",
                                               R"(name:x eq "x")",
                                               R"(a.b.c eq "x")",
                                               "title eq tru",
                                               "title eq [1]",
                                               R"(title eq {"a":1})",
                                               "title eq nul",
                                               "title eq 01",
                                               "title eq --1",
                                               "title co 5",
                                               "title co null",
                                               "title gt null",
                                               "title gt true",
                                               "active gt true",
                                               R"(active co "t")",
                                               R"(active gt "a")",
                                               "active sw true",
                                               R"(meta.created gt "yesterday")",
                                               R"(meta.created eq "2026-01-02")",
                                               "userName eq \"\x01\"",
                                               "userName eq \"\xff\"",
                                               "userName\teq\t\"x\"",
                                               "userName eq \"x\"\n"};
  for (const auto& row : kRows) check_refusal(row);
}

TEST(Filter, KeepsItsLimits) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "title pr" + std::string(depth, ')');
  };
  EXPECT_TRUE(filter(nested(kFilterDepthMax)));
  EXPECT_FALSE(filter(nested(kFilterDepthMax + 1)));
  EXPECT_FALSE(filter(nested(2000)));
  EXPECT_FALSE(filter(nested(kFilterDepthMax).insert(kFilterDepthMax, "emails[value pr] or ")));

  const auto joined = [](std::size_t terms) {
    std::string out = "title pr";
    for (std::size_t i = 1; i < terms; ++i) out += " and title pr";
    return out;
  };
  EXPECT_TRUE(filter(joined(kFilterTermsMax)));
  EXPECT_FALSE(filter(joined(kFilterTermsMax + 1)));

  const auto wide = [](std::size_t size) {
    const std::string beginning = "title eq \"";
    return beginning + std::string(size - beginning.size() - 1, 'x') + "\"";
  };
  EXPECT_TRUE(filter(wide(kFilterBytesMax)));
  EXPECT_FALSE(filter(wide(kFilterBytesMax + 1)));
}

TEST(Filter, ShowsWhatAnIndexCanAnswer) {
  const auto term = [](std::string_view text) { return filter(text)->index_term(); };
  EXPECT_EQ(term(R"(userName eq "Ana@Example.com")"), (IndexTerm{Index::user_name, "ana@example.com"}));
  EXPECT_EQ(term(R"(externalId eq "Ext-7")"), (IndexTerm{Index::external_id, "Ext-7"}));
  EXPECT_EQ(term(R"(ID EQ "A1")"), (IndexTerm{Index::id, "A1"}));
  EXPECT_EQ(term(R"(title pr and (active eq true and externalId eq "e"))"),
            (IndexTerm{Index::external_id, "e"}));
  EXPECT_EQ(Filter::parse(Kind::group, R"(displayName eq "Admins")")->index_term(),
            (IndexTerm{Index::display_name, "admins"}));
  for (const auto* text : {R"(userName ne "x")", R"(userName sw "x")", R"(userName eq "x" or title pr)",
                           R"(not (userName eq "x"))", R"(userName eq null)", R"(displayName eq "x")",
                           R"(emails[value eq "x"])", R"(emails.value eq "x")", R"(userName eq 5)"})
    EXPECT_EQ(term(text), std::nullopt) << text;
}

TEST(Filter, SaysWhetherItAsksForGroups) {
  EXPECT_TRUE(filter(R"(title pr and not (groups.value eq "g"))")->asks_for_groups());
  EXPECT_TRUE(filter(R"(groups[display sw "A"])")->asks_for_groups());
  EXPECT_FALSE(filter(R"(title eq "groups")")->asks_for_groups());
}

// The examples of RFC 7644 section 3.5.2, figure 8.
TEST(PatchPath, ReadsTheExamplesOfTheRfc) {
  const auto read = [](Kind kind, std::string_view text) { return read_patch_path(kind, text).value(); };
  EXPECT_EQ(read(Kind::group, "members").path.attribute->name, "members");
  EXPECT_EQ(read(Kind::user, "name.familyName").path.sub->name, "familyName");
  EXPECT_EQ(read(Kind::user, R"(addresses[type eq "work"])").known, Known::disregarded);
  const auto member = read(Kind::group, R"(members[value eq "2819c223-7f76-453a-919d-413861904646"])");
  ASSERT_TRUE(member.filter);
  EXPECT_TRUE(
      member.filter->matches(parse(R"({"value":"2819c223-7f76-453a-919d-413861904646"})").get_object()));
  EXPECT_FALSE(
      member.filter->matches(parse(R"({"value":"2819C223-7f76-453a-919d-413861904646"})").get_object()));
  EXPECT_EQ(
      read(Kind::group, R"(members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName)").known,
      Known::no);
}

TEST(PatchPath, RefusesOtherForms) {
  const auto type = [](std::string_view text) {
    const auto path = read_patch_path(Kind::user, text);
    return path ? ScimType::none : path.error().type;
  };
  for (const auto* text :
       {"", " ", "name.", ".name", "name.givenName.x", "emails[type eq \"a\"]x", "emails[type eq \"a\"].",
        "emails[type eq \"a\"].value.x", "emails [type eq \"a\"]", "emails[type eq \"a\"].value ",
        "userName[value eq \"a\"]", "emails.value[type pr]", "name[givenName eq \"a\"]",
        "emails[type eq \"a\"][value pr]", "/emails", "x:emails", "schemas[value eq \"a\"]"})
    EXPECT_EQ(type(text), ScimType::invalid_path) << text;
  for (const auto* text : {"emails[type]", "emails[type eq a]", "emails[type eq \"a\"", "emails[]"})
    EXPECT_EQ(type(text), ScimType::invalid_filter) << text;
  EXPECT_EQ(type(std::string(kFilterBytesMax + 1, 'a')), ScimType::invalid_path);
}

TEST(ValueFilter, MakesAnExampleOfEqualities) {
  const auto example = [](std::string_view text) {
    const auto made = read_patch_path(Kind::user, text)->filter->example();
    return made ? at(*made, "") : std::string("none");
  };
  EXPECT_EQ(example(R"(emails[type eq "Work"])"), R"({"type":"Work"})");
  EXPECT_EQ(example(R"(emails[type eq "work" and primary eq true])"), R"({"type":"work","primary":true})");
  EXPECT_EQ(example(R"(emails[type eq "a" or type eq "b"])"), "none");
  EXPECT_EQ(example(R"(emails[type ne "a"])"), "none");
  EXPECT_EQ(example(R"(emails[type eq "a" and type eq "b"])"), "none");
  EXPECT_EQ(example(R"(emails[type eq null])"), "none");
}

}  // namespace
}  // namespace countersign::scim
