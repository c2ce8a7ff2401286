#include "tests/ledger/projection/made_index.h"

#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/projection/columns.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <map>

namespace countersign::projection::testing {
namespace {

template <class T>
T need(base::Result<T> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <std::size_t kCount>
std::string one_of(std::mt19937_64& random, const std::array<const char*, kCount>& values) {
  return values[random() % kCount];
}

}  // namespace

std::string token_for(std::string_view value) {
  std::mt19937_64 random(std::hash<std::string_view>{}(value));
  std::array<std::uint8_t, 32> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return base::to_base64url(bytes);
}

base::Result<std::optional<std::string>> find_any_token(record::Kind /*kind*/, std::string_view value) {
  if (value == "nobody") return std::optional<std::string>();
  return std::optional(token_for(value));
}

std::string Made::json() const {
  std::string members;
  const auto object = [&](std::string_view name,
                          const std::vector<std::pair<std::string_view, std::string>>& in) {
    std::string inside;
    for (const auto& [member, value] : in) {
      if (value.empty()) continue;
      inside += fmt::format(R"({}"{}":{})", inside.empty() ? "" : ",", member,
                            member == "risk" ? value : "\"" + value + "\"");
    }
    if (!inside.empty()) members += fmt::format(R"(,"{}":{{{}}})", name, inside);
  };
  object("actor", {{"email", email.empty() ? "" : token_for(email)}});
  object("challenge", {{"purpose", purpose}, {"factor", factor}, {"provider", provider}});
  object("action", {{"name", action}});
  object("device", {{"ip", ip.empty() ? "" : token_for(ip)}});
  object("outcome", {{"reason", reason}, {"risk", risk < 0 ? "" : std::to_string(risk)}});
  const auto time = base::format_rfc3339({received_us});
  return fmt::format(
      R"({{"v":1,"log":"log.example.com/eu-1/t{0}","seq":{1},"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","received":"{2}","source":"{3}","proof":"token","event":{{"id":"{4}","time":"{2}","type":"{5}","tenant":"t{0}"{6}}}}})",
      log, seq, time, source, id(), type, members);
}

std::vector<std::string> Made::words() const {
  std::vector<std::string> out;
  bool inside = false;
  for (const auto* text : {&source, &type, &purpose, &factor, &provider, &action, &reason}) {
    for (const char c : *text) {
      const bool of_word = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
      if (of_word && !inside) out.emplace_back();
      if (of_word) out.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      inside = of_word;
    }
    inside = false;
    if (text == &source) out.push_back(id());
  }
  return out;
}

std::vector<Made> random_records(std::mt19937_64& random, std::size_t count, std::uint64_t apart_max,
                                 std::int64_t apart_us_max) {
  static constexpr std::array kSources{"shop", "admin_console", "twilio"};
  static constexpr std::array kTypes{"challenge.sent", "challenge.failed", "challenge.verified",
                                     "login.failed"};
  static constexpr std::array kPurposes{"login", "step_up", ""};
  static constexpr std::array kFactors{"sms", "totp", "whatsapp", ""};
  static constexpr std::array kProviders{"twilio", "own", ""};
  static constexpr std::array kActions{"users.export", "export users", "Exports", "invoice.read", ""};
  static constexpr std::array kReasons{"wrong code", "code wrong", "carrier outage", "", "", ""};
  std::vector<Made> out;
  std::map<std::int64_t, Made> last;
  for (std::size_t i = 0; i < count; ++i) {
    Made made;
    made.log = random() % 4 == 0 ? 2 : 1;
    if (const auto before = last.find(made.log); before != last.end()) {
      made.seq = before->second.seq + 1 + random() % apart_max;
      // Several may be received in the same microsecond.
      made.received_us = before->second.received_us +
                         static_cast<std::int64_t>(
                             random() % 3 == 0 ? 0 : random() % static_cast<std::uint64_t>(apart_us_max));
    }
    made.source = one_of(random, kSources);
    made.type = one_of(random, kTypes);
    made.purpose = one_of(random, kPurposes);
    made.factor = one_of(random, kFactors);
    made.provider = one_of(random, kProviders);
    made.action = one_of(random, kActions);
    made.reason = one_of(random, kReasons);
    made.email = random() % 3 ? fmt::format("person{}", random() % 20) : "";
    made.ip = random() % 3 ? fmt::format("address{}", random() % 20) : "";
    made.risk = random() % 2 ? static_cast<int>(random() % 5) : -1;
    made.said = made.words();
    last[made.log] = made;
    out.push_back(std::move(made));
  }
  return out;
}

MadeIndex::MadeIndex(const std::vector<Made>& records, std::int64_t combinations_max) {
  auto index = need(sqlite::Connection::open(file(), {.access = sqlite::Access::create}));
  auto transaction = need(sqlite::Transaction::begin(index, sqlite::Transaction::Kind::write));
  need(index.execute(index_schema()));
  auto rows = need(RecordRows::prepare(index));
  auto counts = need(EventCounts::prepare(index, combinations_max));
  auto insert = need(index.prepare("INSERT INTO words(rowid,text) VALUES(?1,?2)"));
  std::map<std::int64_t, std::uint64_t> next;
  for (const auto& record : records) {
    const auto place = store::place_of(record.log, record.seq);
    need(rows.add(record.log, place, record.json()));
    need(counts.note(record.log, rows.received(), rows.counted(), 1));
    words_.push_back(rows.words());
    need(insert.bind(1, place).bind_text(2, words_.back()).run());
    next[record.log] = record.seq + 1;
  }
  need(rows.flush());
  need(counts.flush());
  for (const auto& [log, size] : next)
    need(index.execute(fmt::format("INSERT INTO progress VALUES({},{})", log, size)));
  need(transaction.commit());
}

Searcher MadeIndex::searcher() const { return need(Searcher::open(file())); }

}  // namespace countersign::projection::testing
