#include "reports/sheets/delimited.h"

#include "reports/sheets/encoding.h"
#include "reports/sheets/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::sheets {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The cells of a text: rows by number, cells between bars.
std::string cells_of(std::string_view bytes, const Limits& limits = {}) {
  const auto table = read_table(bytes, limits);
  if (!table) return table.error().message;
  std::string out;
  for (const auto& row : table->sheets.at(0).rows) {
    out += std::to_string(row.number) + ":";
    for (const auto& cell : row.cells) out += std::to_string(cell.column) + "=" + cell.text + "|";
    out += " ";
  }
  return out;
}

std::vector<About> notes_of(std::string_view bytes) {
  std::vector<About> out;
  const auto table = read_table(bytes, {});
  if (table) {
    for (const auto& note : table->notes) out.push_back(note.about);
  }
  return out;
}

std::string wide(std::string_view text, Encoding encoding) {
  return std::string(byte_order_mark(encoding)) + *encode(text, encoding);
}

TEST(Delimited, ReadsQuotesLineEndsAndEmptyLines) {
  EXPECT_EQ(cells_of("a,b\n\"c,\"\"d\"\"\n e\",f\n"), "1:1=a|2=b| 2:1=c,\"d\"\n e|2=f| ");
  EXPECT_EQ(cells_of("a,b\r\n\r\n\r\nc,d"), "1:1=a|2=b| 4:1=c|2=d| ");
  EXPECT_EQ(cells_of("a,b\rc,d\r"), "1:1=a|2=b| 2:1=c|2=d| ");
  EXPECT_EQ(cells_of("\n\na,b\n"), "3:1=a|2=b| ");
  EXPECT_EQ(cells_of("\"a\r\n\r\nb\",c\r\nd,e\r\n"), "1:1=a\r\n\r\nb|2=c| 2:1=d|2=e| ");
  EXPECT_EQ(cells_of(" a , b \n,c\n"), "1:1= a |2= b | 2:2=c| ");
  EXPECT_EQ(cells_of("one\ntwo\n"), "1:1=one| 2:1=two| ");
  EXPECT_EQ(cells_of("a,"), "1:1=a| ");
}

TEST(Delimited, RecognisesTheSeparator) {
  EXPECT_EQ(cells_of("id;question;answer\n1;Do you, or not, log?;\n2;And, then?;\n"),
            "1:1=id|2=question|3=answer| 2:1=1|2=Do you, or not, log?| 3:1=2|2=And, then?| ");
  EXPECT_EQ(cells_of("a\tb\n1,5\t2,5\n"), "1:1=a|2=b| 2:1=1,5|2=2,5| ");
  EXPECT_EQ(cells_of("a|b\n1|2\n"), "1:1=a|2=b| 2:1=1|2=2| ");
  EXPECT_EQ(cells_of("\"a;b\",c\n\"d;e\",f\n"), "1:1=a;b|2=c| 2:1=d;e|2=f| ");
  EXPECT_EQ(cells_of("Title\n\nid,question,answer\n1,\"Yes; or no?\",\n2,\"One; two\",\n"),
            "1:1=Title| 3:1=id|2=question|3=answer| 4:1=1|2=Yes; or no?| 5:1=2|2=One; two| ");
  EXPECT_EQ(cells_of("sep=^\r\na^b\r\n"), "1:1=a|2=b| ");
  EXPECT_EQ(cells_of("SEP=;\na;b,c;d,e\n"), "1:1=a|2=b,c|3=d,e| ");
  EXPECT_THAT(notes_of("a;b\nc;d\n"), ElementsAre(About::separator));
  EXPECT_THAT(notes_of("a,b\nc,d\n"), ElementsAre());
}

TEST(Delimited, ReadsItsEncodings) {
  const std::string text = "é,漢😀\nb,c\n";
  const std::string cells = "1:1=é|2=漢😀| 2:1=b|2=c| ";
  EXPECT_EQ(cells_of(text), cells);
  EXPECT_EQ(cells_of("\xEF\xBB\xBF" + text), cells);
  for (const auto encoding : {Encoding::utf_16_le, Encoding::utf_16_be}) {
    EXPECT_EQ(cells_of(wide(text, encoding)), cells);
    EXPECT_THAT(notes_of(wide(text, encoding)), ElementsAre(About::encoding));
  }
  EXPECT_EQ(cells_of("caf\xE9,\x80 5 \x93now\x94\n"), "1:1=café|2=€ 5 “now”| ");
  EXPECT_THAT(notes_of("caf\xE9,b\n"), ElementsAre(About::encoding));
}

TEST(Delimited, RefusesWhatIsNoTable) {
  EXPECT_THAT(cells_of("caf\xE9 \x81"), HasSubstr("neither UTF-8 nor UTF-16 nor Windows-1252"));
  EXPECT_THAT(cells_of("\xEF\xBB\xBF"
                       "caf\xE9"),
              HasSubstr("says that it is UTF-8, and is not"));
  EXPECT_THAT(cells_of(wide("a,b", Encoding::utf_16_le).substr(2)),
              HasSubstr("no text, or UTF-16 without a byte order mark"));
  EXPECT_THAT(cells_of("\xFF\xFE"
                       "a"),
              HasSubstr("neither"));
  EXPECT_THAT(cells_of(std::string_view("\xFF\xFE\x00\xD8", 4)), HasSubstr("neither"));
  EXPECT_THAT(cells_of(""), HasSubstr("empty"));
  EXPECT_THAT(cells_of("%PDF-1.7\n"), HasSubstr("another kind than CSV"));
  EXPECT_THAT(cells_of("<!DOCTYPE html>"), HasSubstr("another kind than CSV"));
}

TEST(Delimited, NamesTheRowOfAQuoteOutOfPlace) {
  EXPECT_THAT(cells_of("a,b\nc,d\ne,5\" disk\n"), HasSubstr("row 3: a quote stands where none may stand"));
  EXPECT_THAT(cells_of("a,b\n\"c\"d,e\n"), HasSubstr("row 2: a quote"));
  EXPECT_THAT(cells_of("a,b\n\n\"c,\nd\n"), HasSubstr("row 3: a quoted cell does not end"));
}

TEST(Delimited, KeepsItsLimits) {
  Limits limits;
  limits.rows = 2;
  EXPECT_EQ(cells_of("a,b\nc,d\n", limits), "1:1=a|2=b| 2:1=c|2=d| ");
  EXPECT_THAT(cells_of("a,b\n\n\n", limits), HasSubstr("more than 2 rows"));
  limits = {};
  limits.cells = 3;
  EXPECT_THAT(cells_of("a,b\nc,d\n", limits), HasSubstr("more than 3 cells"));
  limits = {};
  limits.text_bytes = 3;
  EXPECT_THAT(cells_of("a,b\nc,d\n", limits), HasSubstr("more than 3 bytes of text"));
  limits = {};
  limits.file_bytes = 7;
  EXPECT_THAT(cells_of("a,b\nc,d\n", limits), HasSubstr("larger than 7 bytes"));
  EXPECT_THAT(cells_of(std::string(kColumnsMax, ',')), HasSubstr("16384 columns"));
  EXPECT_EQ(cells_of(std::string(kColumnsMax - 1, ',') + "x"), "1:16384=x| ");
  EXPECT_THAT(cells_of("a," + std::string(kCellCharactersMax + 1, 'x')),
              HasSubstr("more than 32767 characters"));
}

TEST(Delimited, CutsARowIntoItsCells) {
  const auto cut = [](std::string_view row) {
    std::string out;
    for (const auto& span : cut_row(row, ','))
      out += std::string(row.substr(span.begin, span.end - span.begin)) + "|";
    return out;
  };
  EXPECT_EQ(cut("a,\"b,\n\"\"c\",,"), "a|\"b,\n\"\"c\"|||");
  EXPECT_EQ(cut(""), "");
  EXPECT_EQ(cut("\"\""), "\"\"|");
  EXPECT_EQ(cut(","), "||");
}

}  // namespace
}  // namespace countersign::sheets
