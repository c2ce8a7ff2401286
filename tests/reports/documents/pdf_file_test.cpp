#include "reports/documents/pdf_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <zlib.h>

#include <chrono>

namespace countersign::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string pdf(const std::string& objects) {
  return "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" + objects +
         "\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
}

std::string packed(const std::string& text) {
  uLongf size = ::compressBound(text.size());
  std::string out(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
             text.size());
  return out.substr(0, size);
}

std::string stream(const std::string& dictionary, const std::string& bytes) {
  return "9 0 obj\n<<" + dictionary + ">>\nstream\n" + bytes + "\nendstream\nendobj\n";
}

std::string refusal_of(const std::string& bytes) {
  const auto contents = look_at_pdf(bytes);
  return contents ? std::string() : contents.error().message;
}

TEST(LookAtPdf, TakesAPlainOne) {
  const auto contents =
      look_at_pdf(pdf("3 0 obj\n<</S/URI/URI(https://example.com/docs/Web/JavaScript)>>\nendobj"));
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_EQ(contents->media_type, "application/pdf");
  EXPECT_THAT(contents->notes, IsEmpty());
}

TEST(LookAtPdf, FindsWhatDoesSomethingHoweverItIsSpelled) {
  for (const auto* script :
       {"<</S/JavaScript/JS(app.alert(1))>>", "<</S /JavaScript /JS 5 0 R>>", "<</S\n%note\n/JavaScript>>",
        "<</S/J#61vaScript/JS(1)>>", "5 0 obj/JavaScript endobj", "<</Names<</JavaScript 7 0 R>>>>"})
    EXPECT_THAT(refusal_of(pdf(script)), HasSubstr("a script")) << script;
  EXPECT_THAT(refusal_of(pdf("<</OpenAction<</S/Launch/F(cmd.exe)>>>>")), HasSubstr("starts a program"));
  EXPECT_THAT(refusal_of(pdf("<</Names<</EmbeddedFiles 7 0 R>>>>")), HasSubstr("files within it"));
  EXPECT_THAT(refusal_of(pdf("<</Subtype/FileAttachment>>")), HasSubstr("a file within it"));
  EXPECT_THAT(refusal_of(pdf("<</Subtype/RichMedia>>")), HasSubstr("rich media"));
}

TEST(LookAtPdf, LooksIntoObjectStreamsWhateverTheyAreCalled) {
  const auto objects = packed("5 0 7 40 \n<</S/JavaScript/JS(app.alert(1))>> <</Type/Action>>");
  EXPECT_THAT(refusal_of(pdf(stream("/Type/ObjStm/N 2/First 9/Filter/FlateDecode", objects))),
              HasSubstr("a script"));
  EXPECT_THAT(refusal_of(pdf(stream("/N 2/First 9/Filter/FlateDecode", objects))), HasSubstr("a script"));
  EXPECT_EQ(
      refusal_of(pdf(stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", packed("5 0 \n<</Type/Page>>")))),
      "");
  // What cannot be unpacked is not taken on trust.
  EXPECT_THAT(
      refusal_of(pdf(stream("/Filter[/ASCII85Decode/FlateDecode]/Type/ObjStm/N 1/First 4", "9jqo^~>"))),
      HasSubstr("cannot be looked into"));
}

TEST(LookAtPdf, LeavesTextsOfPagesAlone) {
  EXPECT_EQ(refusal_of(pdf(stream("/Filter/FlateDecode", packed("BT (/S /JavaScript) Tj ET")))), "");
}

TEST(LookAtPdf, NotesThatAnEncryptedOneCouldNotBeLookedInto) {
  const auto contents =
      look_at_pdf(pdf("<</Encrypt 8 0 R>>" + stream("/Type/ObjStm/Filter/FlateDecode", "sealed")));
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_THAT(contents->notes, SizeIs(1));
}

TEST(LookAtPdf, RefusesTwoFilesInOne) {
  EXPECT_THAT(refusal_of("%PDF-1.7\nno end"), HasSubstr("no end"));
  EXPECT_THAT(refusal_of(pdf("") + "<html><script>1</script>"), HasSubstr("behind it"));
  std::string end = "PK\x05\x06";
  end += std::string(16, '\0');
  const std::string comment = "%%EOF\n";
  end += std::string{static_cast<char>(comment.size()), '\0'};
  EXPECT_THAT(refusal_of(pdf("") + "PK\x03\x04 entry " + end + comment), HasSubstr("archive"));
}

TEST(LookAtPdf, IsNotHeldUpByMuchThatUnfolds) {
  const auto bomb = packed(std::string(40u << 20, ' '));
  const auto of = [&](int count) {
    std::string many;
    for (int i = 0; i < count; ++i) many += stream("/Filter/FlateDecode", bomb);
    return refusal_of(pdf(many));
  };
  EXPECT_EQ(of(1), "");
  EXPECT_THAT(of(10), HasSubstr("unfold to too much"));
  EXPECT_THAT(refusal_of(pdf(stream("/Type/ObjStm/Filter/FlateDecode", bomb))),
              HasSubstr("cannot be looked into"));
  // One that is too large and may be an object stream, whatever it says.
  const auto large = packed("5 0 " + std::string(40u << 20, ' '));
  EXPECT_THAT(refusal_of(pdf(stream("/Filter/FlateDecode", large))), HasSubstr("cannot be looked into"));
}

TEST(LookAtPdf, TakesTimeByTheSizeOfTheFileAlone) {
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += "stream ";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal_of(pdf("5 0 obj\n" + words)), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(LookAtPdf, ReadsTheDictionaryOfAStreamWhole) {
  const std::string odd = "/DecodeParms(stream)/Filter[/ASCIIHexDecode/FlateDecode]";
  EXPECT_THAT(refusal_of(pdf(stream("/Type/ObjStm/N 1/First 4" + odd, "78>"))),
              HasSubstr("cannot be looked into"));
  EXPECT_THAT(refusal_of(pdf(stream("/Type/Obj#53tm/N 1/First 4" + odd, "78>"))),
              HasSubstr("cannot be looked into"));
  EXPECT_EQ(refusal_of(pdf(stream("/Type/XObject/Subtype/Image/Filter/DCTDecode", "\xff\xd8\xff"))), "");
  EXPECT_EQ(refusal_of(pdf(stream("/Type/ObjStm/N 1/First 4", "5 0 <</Type/Page>>"))), "");
}

}  // namespace
}  // namespace countersign::documents
