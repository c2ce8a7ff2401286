#include "exporters/csv/cell.h"
#include "exporters/csv/events.h"
#include "exporters/jsonl/checkpoints.h"
#include "exporters/jsonl/disclosures.h"
#include "exporters/jsonl/filter.h"
#include "exporters/jsonl/lines.h"
#include "ledger/base/encoding.h"
#include "ledger/record/prepare.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

namespace countersign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string cell(std::string_view value) {
  std::string out;
  csv::append_cell(out, value);
  return out;
}

TEST(CsvCell, QuotesAsInRfc4180) {
  EXPECT_EQ(cell("plain"), "plain");
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
}

TEST(CsvCell, IsNeverAFormula) {
  EXPECT_EQ(cell("=1+1"), "'=1+1");
  for (const std::string wide : {"＝1+1", "＋1", "－1", "＠SUM(1)"}) EXPECT_EQ(cell(wide), "'" + wide);
  for (const std::string plain : {"！1", "１", "ｘ", "\xef\xbc", "あ=1"}) EXPECT_EQ(cell(plain), plain);
  EXPECT_EQ(cell("+14155550100"), "'+14155550100");
  EXPECT_EQ(cell("-5"), "'-5");
  EXPECT_EQ(cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(cell("\tx"), "'\tx");
  EXPECT_EQ(cell("\r=x"), "\"'\r=x\"");
  EXPECT_EQ(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  EXPECT_EQ(cell("'quoted"), "''quoted");
}

RC_GTEST_PROP(CsvCell, CanBeReadBack, (std::string value)) {
  auto text = cell(value);
  std::string read;
  if (!text.empty() && text.front() == '"') {
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      read.push_back(text[i]);
      i += text[i] == '"' ? 1 : 0;
    }
  } else {
    RC_ASSERT(text.find_first_of("\",\r\n") == std::string::npos);
    read = text;
  }
  if (!read.empty() && read.front() == '\'') read.erase(0, 1);
  RC_ASSERT(read == value);
}

class Values final : public csv::DisclosedValues {
 public:
  base::Result<std::optional<std::string_view>> find(const record::TokenAt& token) override {
    if (token.kind == record::Kind::phone) return std::optional<std::string_view>("+1 415 555 0100");
    if (token.kind == record::Kind::attribute) return std::optional<std::string_view>("{\"=x\":1}");
    return std::optional<std::string_view>();
  }
};

TEST(EventsTable, HasOneCellForEachColumn) {
  std::string header;
  csv::EventsWriter::append_header(header);
  EXPECT_EQ(std::count(header.begin(), header.end(), ','), 4 + 32 + 5);
  EXPECT_THAT(header, HasSubstr("seq,occurred,received,committed,late,id,type,tenant,actor.id,actor.email"));
  EXPECT_THAT(
      header,
      HasSubstr(
          ",cost.currency,delivery.sequence,delivery.raw,source,proof,redacted,attributes,record_hash\r\n"));

  const auto prepared = testing::sample_event(11);
  std::string bytes;
  record::write_record({"log.example.com/eu-1/acme",
                        base::seq_at(7),
                        {},
                        {1'767'225'600'000'001},
                        "app",
                        "token",
                        nullptr,
                        prepared.json},
                       bytes);
  const auto record = record::read_record(bytes).value();
  const auto event = record::read_event(record.event).value();
  const csv::EventRow row{&record, &event, {}, {1'767'225'300'000'000}, 1'767'225'601};
  std::string plain, disclosed;
  ASSERT_TRUE(csv::EventsWriter(nullptr).append_row(plain, row));
  EXPECT_EQ(std::count(plain.begin(), plain.end(), ','), 4 + 32 + 5 + 1) << plain;  // one in the attributes
  EXPECT_THAT(plain,
              HasSubstr("7,2026-01-01T00:00:11.011Z,2026-01-01T00:00:00.000001Z,2026-01-01T00:00:01.000000Z,"
                        "yes,evt-00000011"));
  EXPECT_THAT(plain, ::testing::EndsWith("\r\n"));
  Values values;
  ASSERT_TRUE(csv::EventsWriter(&values).append_row(disclosed, row));
  EXPECT_THAT(disclosed, HasSubstr(",'+1 415 555 0100,"));
  EXPECT_THAT(disclosed, HasSubstr("\"{\"\"plan\"\":{\"\"=x\"\":1},\"\"note\"\":{\"\"=x\"\":1}}\""));
}

TEST(WithheldLine, ShowsPlaceAndHashOnly) {
  std::string line;
  jsonl::append_withheld(line, {12, {}});
  EXPECT_EQ(line, R"({"withheld":{"seq":12,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}})");
  EXPECT_EQ(jsonl::read_withheld(line).value().seq, 12U);
  for (std::size_t i = 0; i < line.size(); ++i) EXPECT_FALSE(jsonl::read_withheld(line.substr(0, i)));
  EXPECT_FALSE(jsonl::read_withheld(line + " "));
  EXPECT_FALSE(jsonl::read_withheld(
      R"({"withheld":{"seq":012,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}})"));
}

TEST(DisclosureLine, IsBoundToItsToken) {
  const record::Salt salt{1, 2, 3};
  std::string line;
  const auto token = record::token_text(record::Kind::email, salt, "a\"b\n@example.com");
  jsonl::append_disclosure(line, {token, record::Kind::email, salt, "a\"b\n@example.com"});
  const auto read = jsonl::read_disclosure(line);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->value, "a\"b\n@example.com");
  auto other = line;
  other.replace(other.find("email"), 5, "phone");
  const auto refused = jsonl::read_disclosure(other);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("example.com")));
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto bad = line;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(jsonl::read_disclosure(bad)) << i;
  }
}

TEST(CheckpointLine, HasOneSpelling) {
  std::string line;
  jsonl::append_checkpoint(line, {12, -3, "a note\n\n— x y\n"});
  EXPECT_EQ(jsonl::read_checkpoint(line).value().note, "a note\n\n— x y\n");
  EXPECT_EQ(jsonl::read_checkpoint(line).value().time, -3);
  EXPECT_FALSE(jsonl::read_checkpoint(line + " "));
  EXPECT_FALSE(jsonl::read_checkpoint("{\"size\": 12,\"time\":3,\"note\":\"x\"}"));
}

TEST(CommitTimes, AreThoseOfTheFirstCheckpointThatCovers) {
  jsonl::CommitTimes times;
  times.add(3, 100);
  times.add(10, 200);
  auto cursor = times.cursor();
  EXPECT_EQ(cursor.time_of(0), 100);
  EXPECT_EQ(cursor.time_of(2), 100);
  EXPECT_EQ(cursor.time_of(3), 200);
  EXPECT_EQ(cursor.time_of(9), 200);
  EXPECT_EQ(cursor.time_of(10), -1);
  EXPECT_EQ(times.cursor().time_of(5), 200);
}

TEST(Filter, TakesOnlyWhatIsNotPersonal) {
  EXPECT_THAT(jsonl::Filter::make({{"actor.email", "x"}}).error().message, HasSubstr("personal"));
  EXPECT_THAT(jsonl::Filter::make({{"nothing", "x"}}).error().message, HasSubstr("challenge.factor"));
  EXPECT_EQ(
      jsonl::Filter::make({{"type", "login.failed"}, {"action.name", "export \"users\""}}).value().to_text(),
      R"(type=login.failed action.name="export \"users\"")");
}

TEST(Filter, TakesTermsOfOneFieldAsAlternatives) {
  const auto filter =
      jsonl::Filter::make(
          {{"type", "challenge.sent"}, {"type", "challenge.failed"}, {"challenge.attempt", "1"}})
          .value();
  std::vector<std::uint64_t> chosen;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const auto prepared = testing::sample_event(n);
    const auto event = record::read_event(prepared.json).value();
    if (filter.matches({}, event)) chosen.push_back(n);
  }
  EXPECT_THAT(chosen, ElementsAre(0, 3, 15, 18));
}

TEST(Filter, FindsATokenWhereverItStands) {
  auto event = testing::sample_event_json(0);
  event["attributes"] = {{"inner", {{"list", {1, 2}}}}};
  auto prepared = std::move(*record::prepare_event(event, {base::SourceName("app"), record::Proof::token}));
  const auto token_of = [](std::size_t i) { return std::string(42, 'a') + static_cast<char>('A' + i); };
  for (std::size_t i = 0; i < prepared.personal.size(); ++i)
    prepared.json.replace(prepared.personal[i].offset, 43, token_of(i));
  const auto view = record::read_event(prepared.json).value();
  const auto chooses = [&](std::vector<jsonl::FilterTerm> terms) {
    return jsonl::Filter::make(std::move(terms)).value().matches({}, view);
  };
  ASSERT_GT(prepared.personal.size(), 5u);
  for (std::size_t i = 0; i < prepared.personal.size(); ++i)
    EXPECT_TRUE(chooses({{"token", token_of(i)}})) << i;
  EXPECT_FALSE(chooses({{"token", std::string(43, 'z')}}));
  EXPECT_TRUE(chooses({{"token", std::string(43, 'z')}, {"token", token_of(0)}}));
  EXPECT_FALSE(chooses({{"token", token_of(0)}, {"type", "login.failed"}}));
}

TEST(BlockReader, GivesWholeLinesOnly) {
  testing::TempDir dir;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::string(static_cast<std::size_t>(i % 37), 'x') + "\n";
  std::ofstream(dir / "lines") << text;
  for (const std::size_t block_bytes : {1U, 7U, 100U, 1'000'000U}) {
    auto reader = jsonl::BlockReader::open(dir / "lines", block_bytes).value();
    std::string block, all;
    while (reader.next(block).value()) {
      EXPECT_EQ(block.back(), '\n');
      all += block;
    }
    EXPECT_EQ(all, text);
  }
  std::ofstream(dir / "lines", std::ios::app) << "no end";
  auto reader = jsonl::BlockReader::open(dir / "lines").value();
  std::string block;
  EXPECT_TRUE(reader.next(block).value());
  EXPECT_FALSE(reader.next(block));
}

}  // namespace
}  // namespace countersign
