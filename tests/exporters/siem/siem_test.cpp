#include "exporters/siem/entry.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "tests/exporters/siem/sample_records.h"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

namespace countersign::siem {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

using Form = std::string (*)(const Entry&, const Options&);

constexpr std::uint64_t kFileBytesMax = 4 << 20;
const Options kOptions{"0.1.0"};

Entry entry_of(const std::string& record, std::optional<Finding> finding = {}) {
  auto out = read_entry(record, std::move(finding));
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out ? std::move(*out) : Entry();
}

json::object parsed(const std::string& text) {
  const auto out = base::parse_json(text, {.depth_max = 32});
  EXPECT_TRUE(out) << text;
  return out ? out->value.as_object() : json::object();
}

/// COUNTERSIGN_UPDATE_GOLDEN=1 writes the files anew.
void compare(const std::string& name, Form form) {
  std::string now;
  for (const auto& sample : samples()) now += form(entry_of(sample.record, sample.finding), kOptions) + "\n";
  const auto file = std::filesystem::path(COUNTERSIGN_TEST_DATA) / "siem" / name;
  if (std::getenv("COUNTERSIGN_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::write_file_durably(file, now, base::FileMode::readable));
  }
  const auto golden = base::read_file(file, kFileBytesMax);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(now, *golden) << "(COUNTERSIGN_UPDATE_GOLDEN=1 writes " << file << ")";
}

TEST(Siem, EachTypeIsWrittenInEachFormAsBefore) {
  compare("ocsf.jsonl", ocsf);
  compare("ecs.jsonl", ecs);
  compare("cef.txt", cef);
}

TEST(Siem, EveryTypeThatASourceSendsHasAMeaning) {
  for (const auto type : record::event_types())
    EXPECT_NE(meaning_of(type).ocsf, OcsfClass::base_event) << type;
}

TEST(Siem, EveryTypeThatTheApplianceRecordsHasAMeaning) {
  for (const auto type : record::system_types())
    EXPECT_NE(meaning_of(type).ocsf, OcsfClass::base_event) << type;
}

TEST(Siem, ATypeThatIsNotKnownIsToldUnderItsOwnName) {
  const auto meaning = meaning_of("witness.invented");
  EXPECT_EQ(meaning.ocsf, OcsfClass::base_event);
  EXPECT_EQ(meaning.title, "witness.invented");
  EXPECT_EQ(meaning.outcome, Outcome::unknown);
}

TEST(Siem, NoTwoRecordsShareAnId) {
  std::set<std::string> ids;
  for (const auto& sample : samples()) EXPECT_TRUE(ids.insert(entry_of(sample.record).uid).second);
}

TEST(Siem, NoFormHoldsAPersonalValue) {
  for (const auto& sample : samples()) {
    const auto entry = entry_of(sample.record, sample.finding);
    for (const Form form : {Form(ocsf), Form(ecs), Form(cef)}) {
      const auto text = form(entry, {"0.1.0", true});
      for (const auto* value :
           {"ada@example.com", "+14155550101", "192.0.2.7", "Mozilla", "ops@example.com", "123456\""})
        EXPECT_THAT(text, Not(HasSubstr(value)));
    }
  }
}

TEST(Siem, TheRecordComesAlongWordForWordWhereItIsAskedFor) {
  const auto sample = samples().front();
  const auto entry = entry_of(sample.record);
  EXPECT_EQ(parsed(ocsf(entry, {"0.1.0", true})).at("raw_data").as_string(), sample.record);
  EXPECT_EQ(parsed(ecs(entry, {"0.1.0", true})).at("event").at("original").as_string(), sample.record);
  EXPECT_FALSE(parsed(ocsf(entry, kOptions)).contains("raw_data"));
  EXPECT_FALSE(parsed(ecs(entry, kOptions)).at("event").as_object().contains("original"));
}

TEST(Siem, EachFormPointsToTheRecordThatProvesIt) {
  const auto sample = samples()[3];
  const auto entry = entry_of(sample.record);
  for (const auto& where : {parsed(ocsf(entry, kOptions)).at("unmapped").at("countersign"),
                            parsed(ecs(entry, kOptions)).at("countersign")}) {
    EXPECT_EQ(where.at("log").as_string(), "log.example.com/eu-1/acme");
    EXPECT_EQ(where.at("seq").to_number<int>(), 3);
    EXPECT_EQ(where.at("record_hash").as_string().size(), 44);
  }
  EXPECT_THAT(cef(entry, kOptions), HasSubstr("cs1=log.example.com/eu-1/acme "));
  EXPECT_THAT(cef(entry, kOptions), HasSubstr("cs2=" + entry.uid + " "));
  EXPECT_THAT(cef(entry, kOptions), HasSubstr("cn1=3 "));
}

TEST(Siem, AFaultInTheLedgerIsAFailureOfHighSeverity) {
  json::object event{{"time", "2026-01-31T09:30:00Z"}, {"type", "ledger.verified"}, {"tenant", "_system"}};
  event["outcome"] = {{"reason", "intact"}};
  const auto good = record_of(event);
  EXPECT_EQ(entry_of(good).meaning.outcome, Outcome::success);
  event["outcome"] = {{"reason", "record 7 is missing"}};
  const auto bad = record_of(event);
  EXPECT_EQ(entry_of(bad).meaning.outcome, Outcome::failure);
  EXPECT_EQ(entry_of(bad).meaning.severity, Severity::high);
}

TEST(Siem, WhatIsNoRecordIsRefused) {
  EXPECT_FALSE(read_entry("{}"));
  auto record = samples().front().record;
  record.pop_back();
  EXPECT_FALSE(read_entry(record));
}

TEST(Cef, EscapesAsItsSpecificationSays) {
  EXPECT_EQ(cef_header(R"(a|b\c=d)"), R"(a\|b\\c=d)");
  EXPECT_EQ(cef_header("a\nb\rc"), "a b c");
  EXPECT_EQ(cef_value(R"(a|b\c=d)"), R"(a|b\\c\=d)");
  EXPECT_EQ(cef_value("a\nb\rc"), R"(a\nb\rc)");
}

TEST(Cef, CutsWhereACharacterEnds) {
  auto event =
      json::object{{"time", "2026-01-31T09:30:00Z"}, {"type", "action.performed"}, {"tenant", "acme"}};
  std::string name;
  for (int i = 0; i < 60; ++i) name += "\xC3\xA9";
  event["action"] = {{"name", name}};
  const auto record = record_of(event);
  EXPECT_THAT(cef(entry_of(record), kOptions), HasSubstr(" act=" + name.substr(0, 62) + " "));
}

}  // namespace
}  // namespace countersign::siem
