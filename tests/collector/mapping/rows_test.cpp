#include "collector/mapping/rows.h"

#include "tests/support/temp_dir.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace countersign::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Rows : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& text, const std::string& name = "file") {
    const auto path = dir_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  /// Each row as it reads, or what is wrong as the last.
  static std::vector<std::string> read(const std::filesystem::path& path, const RowOptions& options) {
    auto out = read_whole(path, options);
    for (auto& row : out) row.resize(std::min<std::size_t>(row.size(), 200));
    return out;
  }
  static std::vector<std::string> read_whole(const std::filesystem::path& path, const RowOptions& options) {
    std::vector<std::string> out;
    auto reader = RowReader::open(path, options);
    if (!reader) return {reader.error().message};
    for (;;) {
      auto row = reader->next();
      if (!row) {
        out.push_back(row.error().message);
        return out;
      }
      if (!*row) return out;
      out.push_back(std::to_string((*row)->number) + " " +
                    ((*row)->cells.empty() ? (*row)->text : boost::json::serialize((*row)->cells)));
    }
  }
  std::vector<std::string> csv(const std::string& text, char delimiter = ',') {
    return read(write(text), {RowForm::csv, delimiter});
  }
  testing::TempDir dir_;
};

TEST_F(Rows, ReadCsvAsRfc4180HasIt) {
  EXPECT_THAT(csv("a,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n,\r\n"),
              ElementsAre(R"(1 {"a":"1","b":"x, \"y\"\r\nz"})", R"(2 {"a":"","b":""})"));
  EXPECT_THAT(csv("\xEF\xBB\xBF"
                  "a,b\n 1 ,2"),
              ElementsAre(R"(1 {"a":" 1 ","b":"2"})"))
      << "a mark, and no line feed at the end";
  EXPECT_THAT(csv("a\tb\n1\t2\n", '\t'), ElementsAre(R"(1 {"a":"1","b":"2"})"));
  EXPECT_TRUE(csv("").empty());
  EXPECT_TRUE(csv("a,b\n").empty());
}

TEST_F(Rows, SayWhichRowOfACsvIsWrong) {
  EXPECT_THAT(csv("a,b\n1,2\n3\n").back(), HasSubstr("row 2 has 1 cells, the header 2"));
  EXPECT_THAT(csv("a,b\n1,2\n3,\"4\n").back(), HasSubstr("ends within a quoted cell"));
  EXPECT_THAT(csv("a,b\n1,\"2\"x\n").back(), HasSubstr("quote"));
  EXPECT_THAT(csv("a,a\n1,2\n").back(), HasSubstr("column 2 has the name of another"));
  EXPECT_THAT(csv("a,\n1,2\n").back(), HasSubstr("column 2 has no name"));
  EXPECT_THAT(csv("a\n\"" + std::string(2 << 20, 'x') + "\"\n").back(), HasSubstr("larger than 1 MiB"));
}

TEST_F(Rows, ReadLinesAndCountThem) {
  EXPECT_THAT(read(write("{\"a\":1}\n\n  \n{\"b\":2}\r\n{\"c\":3}"), {}),
              ElementsAre("1 {\"a\":1}", "4 {\"b\":2}", "5 {\"c\":3}"));
  EXPECT_THAT(read(write(std::string(2 << 20, 'x')), {}).back(), HasSubstr("larger than 1 MiB"));
}

TEST_F(Rows, UnpackWhileTheyRead) {
  std::string text = "n\n";
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + "\n";
  const auto plain = write(text, "x.csv");
  for (const std::string command : {"gzip -k ", "zstd -q -k "})
    ASSERT_EQ(std::system((command + plain.string()).c_str()), 0);  // NOLINT(cert-env33-c)
  for (const auto* name : {"x.csv", "x.csv.gz", "x.csv.zst"}) {
    const auto rows = read(dir_ / name, {RowForm::csv, ','});
    ASSERT_EQ(rows.size(), 50'000u) << name;
    EXPECT_EQ(rows.back(), R"(50000 {"n":"49999"})");
  }
  std::filesystem::resize_file(dir_ / "x.csv.gz", 5'000);
  EXPECT_THAT(read(dir_ / "x.csv.gz", {RowForm::csv, ','}).back(), HasSubstr("decompressed"));
}

TEST_F(Rows, SayThatThereIsNoFile) {
  EXPECT_THAT(read(dir_ / "none", {}), ElementsAre(HasSubstr("cannot open")));
}

}  // namespace
}  // namespace countersign::mapping
