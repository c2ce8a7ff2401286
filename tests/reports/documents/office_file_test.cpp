#include "reports/documents/office_file.h"

#include "tests/reports/archive/made_zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::documents {
namespace {

using ::testing::HasSubstr;
using Parts = std::vector<std::pair<std::string, std::string>>;

std::string zip(const Parts& parts, std::uint16_t flags = 0, const std::string& comment = "") {
  std::vector<archive::MadeEntry> entries;
  for (const auto& [name, content] : parts) entries.push_back({name, content, false, flags});
  return archive::zip_of(entries, comment);
}

std::string types(const std::string& main) {
  return "<?xml version=\"1.0\"?><Types><Override PartName=\"/main.xml\" ContentType=\"application/vnd."
         "openxmlformats-officedocument." +
         main + "\"/></Types>";
}

const std::string kWord = "wordprocessingml.document.main+xml";

Parts with(Parts more) {
  Parts out{{"[Content_Types].xml", types(kWord)}, {"word/document.xml", "<w/>"}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::string seen(const std::string& bytes) {
  const auto contents = look_at_office_file(bytes);
  return contents ? contents->extension : contents.error().message;
}

TEST(LookAtOfficeFile, KnowsTheKinds) {
  EXPECT_EQ(seen(zip(with({}))), ".docx");
  EXPECT_EQ(seen(zip({{"[Content_Types].xml", types("spreadsheetml.sheet.main+xml")}})), ".xlsx");
  EXPECT_EQ(seen(zip({{"[Content_Types].xml", types("presentationml.presentation.main+xml")}})), ".pptx");
  EXPECT_EQ(seen(zip({{"mimetype", "application/vnd.oasis.opendocument.text"}, {"content.xml", "<c/>"}})),
            ".odt");
  EXPECT_EQ(seen(zip(with({{"word/embeddings/Microsoft_Excel_Sheet1.xlsx", "chart"}}))), ".docx");
}

TEST(LookAtOfficeFile, RefusesWhatDoesSomething) {
  EXPECT_THAT(seen(zip(with({{"word/vbaProject.bin", "x"}}))), HasSubstr("macros"));
  EXPECT_THAT(seen(zip(with({{"word/VBAPROJECT.BIN", "x"}}))), HasSubstr("macros"));
  EXPECT_THAT(seen(zip({{"[Content_Types].xml",
                         types("x") + "application/vnd.ms-word.document.macroEnabled.main+xml"}})),
              HasSubstr("macros"));
  EXPECT_THAT(seen(zip({{"[Content_Types].xml", "application/vnd.ms-office.vbaProject " + types(kWord)},
                        {"word/renamed.bin", "x"}})),
              HasSubstr("macros"));
  EXPECT_THAT(seen(zip({{"[Content_Types].xml", "vba&#80;roject " + types(kWord)}})),
              HasSubstr("cannot be read"));
  EXPECT_THAT(seen(zip(with({{"xl/macrosheets/sheet1.xml", "x"}}))), HasSubstr("macros"));
  EXPECT_THAT(seen(zip(with({{"word/activeX/activeX1.bin", "x"}}))), HasSubstr("ActiveX"));
  EXPECT_THAT(seen(zip(with({{"word/embeddings/oleObject1.bin", "x"}}))), HasSubstr("OLE"));
  EXPECT_THAT(seen(zip(with({{"word/_rels/settings.xml.rels",
                              "<r Type=\"x/attachedTemplate\" Target=\"https://evil.example/t.dotm\"/>"}}))),
              HasSubstr("template"));
  EXPECT_THAT(seen(zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                        {"Basic/Standard/Module1.xml", "x"}})),
              HasSubstr("macros"));
}

TEST(LookAtOfficeFile, RefusesOtherArchives) {
  EXPECT_THAT(seen(zip({{"a.txt", "x"}})), HasSubstr("an archive (ZIP)"));
  EXPECT_THAT(seen(zip({{"mimetype", "application/epub+zip"}})), HasSubstr("an archive (ZIP)"));
  EXPECT_THAT(seen(zip({{"[Content_Types].xml", types("unheard.of")}})), HasSubstr("no kind"));
  EXPECT_THAT(seen(zip(with({}), 1)), HasSubstr("encrypted"));
}

TEST(LookAtOfficeFile, RefusesWhatIsNotOneWholeArchive) {
  const auto good = zip(with({}));
  for (const auto& bad :
       {good + "x", good.substr(0, good.size() - 1), zip(with({}), 0, "%PDF-1.7 %%EOF"), "PK\x03\x04" + good,
        "PK\x03\x04 something else" + good, zip(with({{"word/document.xml", "another"}})),
        zip(with({{"WORD/document.xml", "another"}})), zip(with({{"../escaped.xml", "x"}})),
        std::string("PK\x03\x04")})
    EXPECT_THAT(seen(bad), HasSubstr("a damaged zip archive"));
  for (const auto& bad : {good + "x", zip(with({}), 0, "%PDF-1.7 %%EOF")})
    EXPECT_THAT(seen(bad), HasSubstr("two files in one"));
}

TEST(LookAtOfficeFile, RefusesWhatIsUnpackedToTooMuch) {
  std::vector<archive::MadeEntry> entries{{"[Content_Types].xml", types(kWord)}};
  entries.push_back({.name = "word/media/large.bin", .content = "x", .claimed = (512u << 20) - 1});
  const auto contents = look_at_office_file(archive::zip_of(entries));
  ASSERT_FALSE(contents);
  EXPECT_EQ(contents.error().code, base::Code::invalid_argument) << "it is no matter of the disk";
  EXPECT_THAT(contents.error().message, HasSubstr("unpacks to more than"));
  entries.front().content += std::string(2u << 20, ' ');
  entries.pop_back();
  EXPECT_THAT(seen(archive::zip_of(entries)), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace countersign::documents
