// How fast a large index is searched, beside FTS5 by itself; what an event costs in it, in time and bytes.
// search_bench [EVENTS [FOLDER]]: an index that the folder has is used again.

#include "ledger/base/encoding.h"
#include "ledger/projection/columns.h"
#include "ledger/projection/event_counts.h"
#include "ledger/projection/index.h"
#include "ledger/projection/record_rows.h"
#include "ledger/projection/search.h"
#include "ledger/store/schema.h"
#include "tests/bench/measure.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace countersign::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kLog = 1;
constexpr std::uint64_t kAtOnce = 2'000;  // as the projector takes them
constexpr std::uint64_t kPeople = 50'000;
constexpr std::int64_t kBegin_us = 1'767'225'600'000'000, kApart_us = 860'000;  // 2026-01-01; 100,000 a day
constexpr std::uint64_t kNeedleEvery = 2'000'003;

/// A token, as records have it: 43 characters that are the same for the same value.
std::string token(std::string_view kind, std::uint64_t number) {
  std::mt19937_64 random(std::hash<std::string>{}(fmt::format("{}{}", kind, number)));
  std::array<std::uint8_t, 32> bytes{};
  for (auto& one : bytes) one = static_cast<std::uint8_t>(random());
  return base::to_base64url(bytes);
}

/// Sign-ins of people at several applications: sent, delivered, now and then failed, verified, the login and
/// an action; one record in some millions has a word of its own.
class Stream {
 public:
  std::string next() {
    if (waiting_.empty()) sign_in();
    auto [type, event] = std::move(waiting_.back());
    waiting_.pop_back();
    const auto received = kBegin_us + static_cast<std::int64_t>(seq_) * kApart_us;
    if (seq_ % kNeedleEvery == 12'345 && event.find("outcome") == std::string::npos)
      event += R"(,"outcome":{"reason":"carrier outage"})";
    const std::string_view source = type == "challenge.delivered" ? std::string_view("twilio") : source_;
    auto record = fmt::format(
        R"({{"v":1,"log":"log.example.com/eu-1/acme","seq":{0},"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","received":"{1}","source":"{2}","proof":"token","event":{{"id":"{2}-{0}","time":"{1}","type":"{3}","tenant":"acme",{4}}}}})",
        seq_, base::format_rfc3339({received}), source, type, event);
    ++seq_;
    return record;
  }

 private:
  void sign_in() {
    static constexpr std::array<std::string_view, 3> kSources{"shop", "admin_console", "mobile"};
    static constexpr std::array<std::string_view, 4> kFactors{"sms", "sms", "totp", "whatsapp"};
    static constexpr std::array<std::string_view, 3> kActions{"invoice.read", "users.export",
                                                              "settings.change"};
    const auto who = random_() % kPeople;
    source_ = kSources[random_() % kSources.size()];
    const auto factor = kFactors[random_() % kFactors.size()];
    const auto actor = fmt::format(R"("actor":{{"id":"{}","email":"{}","phone":"{}","role":"member"}})",
                                   token("id", who), token("email", who), token("phone", who));
    const auto device = fmt::format(R"("device":{{"fingerprint":"{}","ip":"{}","country":"{}"}})",
                                    token("device", who), token("ip", who % 30'000), who % 9 ? "DE" : "FR");
    const auto session = fmt::format(R"("session":{{"id":"{}"}})", token("session", count_));
    const auto about = fmt::format(
        R"("challenge":{{"id":"ch-{0:x}","purpose":"{1}","factor":"{2}","provider":"{3}","provider_id":"SM{0:x}"}})",
        random_(), random_() % 5 ? "login" : "step_up", factor, factor == "totp" ? "own" : "twilio");
    const auto all = actor + "," + about + "," + device;
    // The last one comes first.
    waiting_.emplace_back("action.performed",
                          fmt::format(R"({},"action":{{"name":"{}","resource":"/accounts/{}"}},{},{})", actor,
                                      kActions[random_() % kActions.size()], who % 500, device, session));
    waiting_.emplace_back("login.succeeded", actor + "," + device + "," + session);
    waiting_.emplace_back("challenge.verified", all);
    if (random_() % 12 == 0)
      waiting_.emplace_back("challenge.failed", all + R"(,"outcome":{"reason":"wrong code"})");
    if (factor != "totp") waiting_.emplace_back("challenge.delivered", about);
    waiting_.emplace_back("challenge.sent", all);
    ++count_;
  }

  std::mt19937_64 random_{7};
  std::vector<std::pair<std::string, std::string>> waiting_;
  std::string_view source_ = "shop";
  std::uint64_t seq_ = 0, count_ = 0;
};

/// As Index writes it, without a ledger.
void make_index(const std::filesystem::path& file, std::uint64_t events) {
  auto index = must(sqlite::Connection::open(file, {.access = sqlite::Access::create, .cache_kib = 32768}));
  must(index.execute(projection::index_schema()));
  must(index.execute("PRAGMA synchronous=NORMAL"));
  auto rows = must(projection::RecordRows::prepare(index));
  auto counts = must(projection::EventCounts::prepare(index));
  auto words = must(index.prepare("INSERT INTO words(rowid,text) VALUES(?1,?2)"));
  Stream stream;
  std::vector<std::string> records;
  double took = 0;
  for (std::uint64_t seq = 0; seq < events;) {
    records.clear();
    while (records.size() < kAtOnce && seq + records.size() < events) records.push_back(stream.next());
    const auto begun = Clock::now();
    auto transaction = must(sqlite::Transaction::begin(index, sqlite::Transaction::Kind::write));
    counts.begin();
    for (const auto& record : records) {
      const auto place = store::place_of(kLog, seq++);
      must(rows.add(kLog, place, record));
      must(counts.note(kLog, rows.received(), rows.counted(), 1));
      must(words.bind(1, place).bind_text(2, rows.words()).run());
    }
    must(rows.flush());
    must(counts.flush());
    must(index.execute(fmt::format("INSERT OR REPLACE INTO progress VALUES({},{})", kLog, seq)));
    must(transaction.commit());
    if (index.wal_pages() > 10'000) index.move_wal();
    took += seconds_since(begun);
    if (seq % 1'000'000 == 0)
      fmt::print("  {:>9} events, {:>7.0f} a second\n", seq, static_cast<double>(seq) / took);
    std::fflush(stdout);
  }
  must(index.empty_wal());
  fmt::print("{} events indexed, {:.0f} a second, {:.0f} bytes each\n", events,
             static_cast<double>(events) / took,
             static_cast<double>(std::filesystem::file_size(file)) / static_cast<double>(events));
}

/// What Index takes over from a ledger.
void measure_advance(std::uint64_t events) {
  testing::TestRegion region;
  {
    auto writer = region.open_writer();
    for (std::uint64_t n = 0; n < events;) {
      std::vector<record::PreparedEvent> batch;
      for (int i = 0; i < 500 && n < events; ++i) batch.push_back(testing::sample_event(n++));
      must(testing::TestRegion::append(*writer, std::move(batch)));
    }
  }
  auto index = must(projection::Index::open(region.files().index()));
  auto ledger = must(store::LedgerReader::open(region.files().ledger()));
  const auto begun = Clock::now();
  while (must(index.advance(ledger, kAtOnce)) > 0) {
  }
  const auto took = seconds_since(begun);
  auto connection =
      must(sqlite::Connection::open(region.files().index(), {.access = sqlite::Access::read_write}));
  must(connection.empty_wal());
  fmt::print(
      "Index::advance: {} events of the sample workload, {:.0f} a second, {:.0f} bytes each\n", events,
      static_cast<double>(events) / took,
      static_cast<double>(std::filesystem::file_size(region.files().index())) / static_cast<double>(events));
}

struct Times {
  std::vector<double> ms;
  double median() {
    std::sort(ms.begin(), ms.end());
    return ms[ms.size() / 2];
  }
  double worst() const { return *std::max_element(ms.begin(), ms.end()); }
};

template <class Work>
Times measure(int times, const Work& work) {
  Times out;
  for (int i = 0; i < times; ++i) {
    const auto begun = Clock::now();
    work();
    out.ms.push_back(1000 * seconds_since(begun));
  }
  return out;
}

base::Result<std::optional<std::string>> token_of(record::Kind kind, std::string_view value) {
  const auto number = std::stoull(std::string(value));
  using record::Kind;
  const auto* what = kind == Kind::email         ? "email"
                     : kind == Kind::phone       ? "phone"
                     : kind == Kind::ip          ? "ip"
                     : kind == Kind::fingerprint ? "device"
                     : kind == Kind::session     ? "session"
                                                 : "id";
  return std::optional(token(what, number));
}

struct Query {
  std::string_view text, bare;  ///< as a person writes it; as FTS5 alone is asked, or empty
};

constexpr std::array<Query, 28> kQueries{{
    {"", ""},
    {"sms", "\"sms\""},
    {"failed", "\"failed\""},
    {"\"wrong code\"", "\"wrong code\""},
    {"outage", "\"outage\""},
    {"\"carrier outage\"", "\"carrier outage\""},
    {"sms failed", "\"sms\" AND \"failed\""},
    {"sms outage", "\"sms\" AND \"outage\""},
    {"users.export admin_console", "\"users.export\" AND \"admin_console\""},
    {"sms totp", "\"sms\" AND \"totp\""},
    {"\"sms totp\"", "\"sms totp\""},
    {"nowhere", "\"nowhere\""},
    {"expor*", "\"expor\" *"},
    {"outa*", "\"outa\" *"},
    {"ch*", "\"ch\" *"},
    {"c3f9*", "\"c3f9\" *"},
    {"type:challenge.failed", "\"challenge.failed\""},
    {"type:challenge.failed factor:whatsapp", "\"challenge.failed\" AND \"whatsapp\""},
    {"failed factor:totp source:mobile", "\"failed\" AND \"totp\" AND \"mobile\""},
    {"id:shop-100", "\"shop-100\""},
    {"actor.email:17", ""},
    {"actor.phone:17 failed", ""},
    {"device.ip:29", ""},
    {"session.id:7", ""},
    {"-sms", ""},
    {"sms -failed", "\"sms\" NOT \"failed\""},
    {"-type:challenge.sent -factor:sms failed", ""},
    {"proof:none", ""},
}};

void measure_search(const std::filesystem::path& file, const Query& query) {
  constexpr int kTimes = 15;
  projection::SearchRequest request;
  request.log = kLog;
  request.terms = must(projection::parse_query(query.text));
  request.budget = std::chrono::milliseconds(250);
  std::size_t hits = 0;
  auto times = measure(kTimes, [&] {
    auto searcher = must(projection::Searcher::open(file));
    hits = must(searcher.search(request, token_of)).hits.size();
  });
  std::string bare = "-";
  if (!query.bare.empty()) {
    auto alone = measure(kTimes, [&] {
      auto connection = must(sqlite::Connection::open(file, {}));
      auto rows = must(
          connection.prepare("SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid DESC LIMIT 100"));
      rows.bind_text(1, query.bare);
      while (must(rows.step())) {
      }
    });
    bare = fmt::format("{:.1f}", alone.median());
  }
  // All the answers that it takes to look at every record, for those that few meet.
  int answers = 0;
  const auto begun = Clock::now();
  auto searcher = must(projection::Searcher::open(file));
  for (bool more = hits < 100; more; ++answers) {
    const auto answer = must(searcher.search(request, token_of));
    request.below = answer.next;
    more = answer.next.has_value() && answers < 99;
  }
  const auto whole = answers == 0
                         ? std::string()
                         : fmt::format("{} answers, {:.0f} ms", answers, 1000 * seconds_since(begun));
  fmt::print("{:<40} {:>5} {:>8.1f} {:>8.1f} {:>8}  {}\n", query.text, hits, times.median(), times.worst(),
             bare, whole);
}

void measure_facets(const std::filesystem::path& file, std::string_view text, std::uint64_t events,
                    bool cut) {
  projection::FacetRequest request;
  request.log = kLog;
  request.terms = must(projection::parse_query(text));
  request.budget = std::chrono::milliseconds(150);
  const auto middle = kBegin_us + static_cast<std::int64_t>(events / 2) * kApart_us;
  if (cut) request.from = base::Timestamp{middle + 1'234'567'890};
  projection::Facets facets;
  auto times = measure(9, [&] {
    auto searcher = must(projection::Searcher::open(file));
    facets = must(searcher.count(request, token_of));
  });
  fmt::print("{:<40} {:>8.1f} {:>8.1f}  {} of {} counted\n",
             fmt::format("{}{}", text.empty() ? "(all)" : text, cut ? ", from a time on" : ""),
             times.median(), times.worst(), facets.counted,
             fmt::format("{}{}", facets.exact ? "" : "about ", facets.total));
}

}  // namespace
}  // namespace countersign::bench

int main(int argc, char** argv) {
  using namespace countersign::bench;
  const std::uint64_t events = argc > 1 ? std::stoull(argv[1]) : 500'000;
  measure_advance(std::min<std::uint64_t>(events, 200'000));
  const countersign::testing::TempDir own;
  const auto file = (argc > 2 ? std::filesystem::path(argv[2]) : own.path()) / "index.sqlite";
  if (!std::filesystem::exists(file)) make_index(file, events);
  fmt::print("\n{:<40} {:>5} {:>8} {:>8} {:>8}\n", "search, milliseconds", "hits", "median", "worst", "FTS5");
  for (const auto& query : kQueries) measure_search(file, query);
  fmt::print("\n{:<40} {:>8} {:>8}\n", "facets, milliseconds", "median", "worst");
  for (const bool cut : {false, true}) {
    for (const auto* text :
         {"", "type:challenge.failed", "sms", "wrong code", "outage", "actor.email:17", "-sms"})
      measure_facets(file, text, events, cut);
  }
}
