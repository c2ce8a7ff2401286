#include "collector/adapters/adapter.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/record/prepare.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>

namespace countersign::adapters {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::uint64_t kFileBytesMax = 4 * 1024 * 1024;

/// One pair: a payload in the folder of its adapter's name, and what must become of it.
/// COUNTERSIGN_UPDATE_GOLDEN=1 writes the expected files anew.
struct Case {
  std::string adapter;
  fs::path payload;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.adapter << "/" << one.payload.filename().string();
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& folder : fs::directory_iterator(fs::path(COUNTERSIGN_TEST_DATA) / "payloads")) {
    if (!folder.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(folder)) {
      const auto name = file.path().filename().string();
      if (name.ends_with(".expected.json")) continue;
      if (name.ends_with(".json") || name.ends_with(".jsonl"))
        cases.push_back({folder.path().filename().string(), file.path()});
    }
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.payload < b.payload; });
  return cases;
}

std::string read(const fs::path& path) {
  auto content = base::read_file(path, kFileBytesMax);
  EXPECT_TRUE(content) << (content ? "" : content.error().message);
  return content ? *content : std::string();
}

json::value parse(std::string_view text) {
  auto parsed = base::parse_json(text, {.depth_max = 32});
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? std::move(parsed->value) : json::value();
}

json::value shown(const Outcome& outcome) {
  if (const auto* adapted = std::get_if<Adapted>(&outcome)) {
    json::object out{{"event", adapted->event}};
    if (!adapted->redacted.empty())
      out["redacted"] = json::array(adapted->redacted.begin(), adapted->redacted.end());
    return out;
  }
  if (const auto* unmapped = std::get_if<Unmapped>(&outcome)) {
    json::object out{{"unmapped", unmapped->type}};
    if (!unmapped->reason.empty())
      out["reason"] = json::string_view(unmapped->reason.data(), unmapped->reason.size());
    return out;
  }
  json::array faults;
  for (const auto& fault : std::get<Refused>(outcome).faults)
    faults.push_back({{"path", fault.path}, {"reason", fault.reason}});
  return {{"refused", faults}};
}

void check_prepares(const Outcome& outcome) {
  const auto* adapted = std::get_if<Adapted>(&outcome);
  if (adapted == nullptr) return;
  const auto prepared =
      record::prepare_event(adapted->event, {base::SourceName("test"), record::Proof::shared_header},
                            record::Vocabulary::source, {adapted->redacted, {}});
  if (prepared) return;
  for (const auto& fault : prepared.error())
    ADD_FAILURE() << fault.path << ": " << fault.reason << " in " << json::serialize(adapted->event);
}

void write_pretty(const fs::path& path, const json::value& value) {
  std::string text;
  for (const auto& element : value.get_array())
    text += (text.empty() ? "[\n" : ",\n") + json::serialize(element);
  text += "\n]\n";
  ASSERT_TRUE(base::write_file_durably(path, text, base::FileMode::readable));
}

const Adapter& adapter_of(const Case& one) {
  const auto* adapter = find_adapter(one.adapter);
  EXPECT_NE(adapter, nullptr) << "no adapter is called " << one.adapter;
  return *adapter;
}

json::value run(const Case& one) {
  const auto& adapter = adapter_of(one);
  const AdapterContext context{base::TenantId("acme"), false, {1'767'225'600'000'000}};
  const std::string text = read(one.payload);
  json::array out;
  const auto adapt = [&](std::string_view document) {
    for (const auto& outcome : adapter.adapt(parse(document), context)) {
      check_prepares(outcome);
      out.push_back(shown(outcome));
    }
  };
  if (one.payload.extension() == ".json") {
    adapt(text);
    return out;
  }
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (end > begin) adapt(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

class PayloadPair : public testing::TestWithParam<Case> {};

TEST_P(PayloadPair, GivesWhatIsExpectedOfIt) {
  const Case& one = GetParam();
  const auto result = run(one);
  auto expected_path = one.payload;
  expected_path.replace_extension(one.payload.extension() == ".json" ? ".expected.json"
                                                                     : ".jsonl.expected.json");
  if (std::getenv("COUNTERSIGN_UPDATE_GOLDEN") != nullptr) write_pretty(expected_path, result);
  EXPECT_EQ(parse(read(expected_path)), result)
      << json::serialize(result) << "\n(COUNTERSIGN_UPDATE_GOLDEN=1 writes " << expected_path << ")";
}

INSTANTIATE_TEST_SUITE_P(Payloads, PayloadPair, testing::ValuesIn(all_cases()), [](const auto& one) {
  std::string name = one.param.adapter + "_" + one.param.payload.filename().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
});

TEST(Adapters, EachHasAPair) {
  const auto cases = all_cases();
  for (const auto& adapter : all_adapters()) {
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(), [&](const Case& c) {
      return c.adapter == adapter.name;
    })) << adapter.name;
  }
}

TEST(Adapters, AreFoundByNameOnly) {
  EXPECT_EQ(find_adapter("twilio_verify"), &*std::find_if(all_adapters().begin(), all_adapters().end(),
                                                          [](auto& a) { return a.name == "twilio_verify"; }));
  EXPECT_EQ(find_adapter("Twilio_Verify"), nullptr);
  EXPECT_EQ(find_adapter(""), nullptr);
}

TEST(Adapters, NeverLetACodeThrough) {
  for (const auto& one : all_cases()) {
    if (one.payload.extension() != ".json") continue;
    for (const auto& outcome : adapter_of(one).adapt(parse(read(one.payload)), {base::TenantId("acme")})) {
      const auto* adapted = std::get_if<Adapted>(&outcome);
      if (adapted == nullptr) continue;
      const auto prepared =
          record::prepare_event(adapted->event, {base::SourceName("test"), record::Proof::none},
                                record::Vocabulary::source, {adapted->redacted, {}});
      ASSERT_TRUE(prepared);
      for (const std::string_view code : {"25565", "25566", "739104"}) {
        EXPECT_EQ(prepared->json.find(code), std::string::npos) << one.payload;
        for (const auto& personal : prepared->personal)
          EXPECT_EQ(personal.value.find(code), std::string::npos) << one.payload;
      }
    }
  }
}

TEST(Adapters, AnswerWhateverTheyAreGiven) {
  const AdapterContext context{base::TenantId("acme")};
  for (const auto& adapter : all_adapters()) {
    for (const auto* text :
         {"null", "1", "\"text\"", "[]", "{}", "[[]]", "[null,{}]", R"({"data":null})",
          R"({"data":{"events":7},"eventType":"com.okta.event_hook"})", R"({"type":7,"payload":0})",
          R"({"value":[]})", R"({"response":{"authlogs":{}}})"}) {
      const auto outcomes = adapter.adapt(parse(text), context);
      ASSERT_FALSE(outcomes.empty()) << adapter.name << " " << text;
      for (const auto& outcome : outcomes) {
        EXPECT_FALSE(std::holds_alternative<Adapted>(outcome)) << adapter.name << " " << text;
        const auto* refused = std::get_if<Refused>(&outcome);
        EXPECT_TRUE(refused == nullptr || !refused->faults.empty());
      }
    }
  }
}

}  // namespace
}  // namespace countersign::adapters
