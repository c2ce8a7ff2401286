#include "reports/sheets/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::sheets {
namespace {

using ::testing::HasSubstr;

/// Spells what it was told.
class Spelling : public XmlHandler {
 public:
  base::Result<void> start(const Tag& tag) override {
    out += "<" + std::string(tag.prefix) + ":" + std::string(tag.name) +
           (tag.space == Space::main ? "!" : "") + std::string(tag.attribute("a").value_or(""));
    places.push_back({tag.begin, tag.end});
    return {};
  }
  base::Result<void> end(const Tag& tag) override {
    out += "/" + std::string(tag.name) + ">";
    places.push_back({tag.begin, tag.end});
    return {};
  }
  base::Result<void> text(std::string_view piece) override {
    out += piece;
    return {};
  }

  std::string out;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
};

std::string read(std::string_view xml, std::size_t piece = 1'000) {
  Spelling spelling;
  XmlReader reader("part.xml", spelling);
  for (std::size_t at = 0; at < xml.size(); at += piece) {
    if (const auto fed = reader.feed(xml.substr(at, piece)); !fed) return fed.error().message;
  }
  const auto finished = reader.finish();
  return finished ? spelling.out : finished.error().message;
}

constexpr std::string_view kMain = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
constexpr std::string_view kStrict = "xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"";

TEST(SheetXml, TellsElementsOfBothKindsOfNames) {
  EXPECT_EQ(read("<c " + std::string(kMain) + " a='1'>t&lt;&#233;</c>"), "<:c!1t<é/c>");
  EXPECT_EQ(read("<x:c " + std::string(kStrict) + "><d/></x:c>"), "<x:c!<:d/d>/c>");
  EXPECT_EQ(read("<c xmlns=\"urn:other\"/>"), "<:c/c>");
}

TEST(SheetXml, KnowsWhereTagsStandHoweverItIsFed) {
  const std::string xml = "\xEF\xBB\xBF<?xml version=\"1.0\"?><a><b  x = 'é' /><c>text</c></a>";
  for (const std::size_t piece : {1u, 2u, 7u, 1'000u}) {
    Spelling spelling;
    XmlReader reader("part.xml", spelling);
    for (std::size_t at = 0; at < xml.size(); at += piece)
      ASSERT_TRUE(reader.feed(std::string_view(xml).substr(at, piece)));
    ASSERT_TRUE(reader.finish());
    std::vector<std::string> tags;
    for (const auto& [begin, end] : spelling.places) tags.push_back(xml.substr(begin, end - begin));
    EXPECT_EQ(tags, (std::vector<std::string>{"<a>", "<b  x = 'é' />", "", "<c>", "</c>", "</a>"}));
  }
}

TEST(SheetXml, RefusesDocumentTypesAndWithThemEntities) {
  EXPECT_THAT(read("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
              HasSubstr("part.xml: it declares a document type"));
  EXPECT_THAT(read("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), HasSubstr("declares a document type"));
  EXPECT_THAT(read("<a>&b;</a>"), HasSubstr("damaged"));
}

TEST(SheetXml, RefusesOtherEncodings) {
  EXPECT_THAT(read("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"),
              HasSubstr("neither UTF-8 nor UTF-16"));
  EXPECT_THAT(read("<?xml version=\"1.0\" encoding=\"utf-7\"?><a/>"), HasSubstr("neither UTF-8 nor UTF-16"));
  EXPECT_EQ(read("<?xml version=\"1.0\" encoding=\"utf-8\"?><a/>"), "<:a/a>");
  std::string wide = "\xFF\xFE";
  for (const char c : std::string("<a>b</a>")) wide += {c, '\0'};
  EXPECT_EQ(read(wide), "<:ab/a>");
  EXPECT_TRUE(is_utf16(wide));
  EXPECT_TRUE(is_utf16(wide.substr(2)));
  EXPECT_FALSE(is_utf16("<a/>"));
}

TEST(SheetXml, RefusesWhatIsDamagedDeepOrHasEndlessTags) {
  for (const auto* xml :
       {"", "<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a b='1' b='2'/>", "<a>\x01</a>", "<a>\xFF</a>", "x"})
    EXPECT_THAT(read(xml), HasSubstr("damaged")) << xml;
  std::string deep;
  for (int i = 0; i < 64; ++i) deep = "<a>" + deep + "</a>";
  EXPECT_THAT(read(deep), HasSubstr("<:a"));
  EXPECT_THAT(read("<a>" + deep + "</a>"), HasSubstr("nested more than 64 deep"));
  EXPECT_THAT(read("<a b='" + std::string(3 << 20, 'x') + "'/>", 64 << 10), HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(read("<!--" + std::string(3 << 20, 'x') + "--><a/>", 64 << 10), HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(read("<a>" + std::string(3 << 20, 'x') + "</a>", 64 << 10), HasSubstr("xxx"))
      << "text comes in pieces";
}

}  // namespace
}  // namespace countersign::sheets
