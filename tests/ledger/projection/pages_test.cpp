// A search in parts: what it finds, over random records, against what a test finds by itself.

#include "ledger/projection/forget.h"
#include "ledger/projection/words.h"
#include "ledger/store/schema.h"
#include "tests/ledger/projection/made_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace countersign::projection {
namespace {

using testing::find_any_token;
using testing::Made;
using testing::MadeIndex;
using testing::random_records;

using Numbers = std::vector<std::uint64_t>;
using Meets = std::function<bool(const Made&)>;

struct Asked {
  std::string text;
  Meets meets;
};

Asked word(const std::string& text, const std::vector<std::string>& words, bool prefix = false) {
  return {text, [=](const Made& made) {
            const auto& all = made.said;
            for (std::size_t at = 0; at + words.size() <= all.size(); ++at) {
              bool same = true;
              for (std::size_t i = 0; i < words.size(); ++i) {
                const bool last = prefix && i + 1 == words.size();
                same = same && (last ? all[at + i].starts_with(words[i]) : all[at + i] == words[i]);
              }
              if (same) return true;
            }
            return false;
          }};
}

const std::vector<Asked>& all_terms() {
  static const std::vector<Asked> kTerms{
      word("sms", {"sms"}),
      word("SMS", {"sms"}),
      word("outage", {"outage"}),
      word("login", {"login"}),
      word("nowhere", {"nowhere"}),
      word("\"wrong code\"", {"wrong", "code"}),
      word("\"sms totp\"", {"sms", "totp"}),
      word("users.export", {"users", "export"}),
      word("admin_console", {"admin_console"}),
      word("exp*", {"exp"}, true),
      word("\"users exp\"*", {"users", "exp"}, true),
      word("e1*", {"e1"}, true),
      word("zzz*", {"zzz"}, true),
      {"factor:sms", [](const Made& made) { return made.factor == "sms"; }},
      {"challenge.factor:totp", [](const Made& made) { return made.factor == "totp"; }},
      {"type:challenge.failed", [](const Made& made) { return made.type == "challenge.failed"; }},
      {"source:twilio", [](const Made& made) { return made.source == "twilio"; }},
      {"provider:twilio", [](const Made& made) { return made.provider == "twilio"; }},
      {"reason:\"wrong code\"", [](const Made& made) { return made.reason == "wrong code"; }},
      {"outcome.risk:3", [](const Made& made) { return made.risk == 3; }},
      {"proof:token", [](const Made&) { return true; }},
      {"proof:none", [](const Made&) { return false; }},
      {"actor.email:person7", [](const Made& made) { return made.email == "person7"; }},
      {"device.ip:address3", [](const Made& made) { return made.ip == "address3"; }},
      {"actor.email:nobody", [](const Made&) { return false; }},
  };
  return kTerms;
}

SearchRequest request_of(const std::string& query) {
  SearchRequest out;
  out.log = 1;
  auto terms = parse_query(query);
  EXPECT_TRUE(terms) << query << ": " << (terms ? "" : terms.error().message);
  out.terms = *terms;
  return out;
}

SearchAnswer ask(Searcher& searcher, const SearchRequest& request) {
  auto answer = searcher.search(request, find_any_token);
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
  return *answer;
}

/// All answers of a search one after another; each goes on where the one before ended.
Numbers all_answers(Searcher& searcher, SearchRequest request) {
  Numbers out;
  for (;;) {
    const auto answer = ask(searcher, request);
    EXPECT_LE(answer.hits.size(), request.hits_max);
    for (const auto seq : answer.hits) EXPECT_GE(seq, answer.searched_to);
    out.insert(out.end(), answer.hits.begin(), answer.hits.end());
    if (!answer.next) return out;
    EXPECT_EQ(answer.searched_to, *answer.next);
    EXPECT_LT(*answer.next, request.below.value_or(UINT64_MAX)) << "each answer comes further";
    if (*answer.next >= request.below.value_or(UINT64_MAX)) return out;
    request.below = answer.next;
  }
}

class Pages : public ::testing::Test {
 protected:
  /// What the records are that a request is for, newest first.
  Numbers expected(const SearchRequest& request, const std::vector<Meets>& meets) const {
    Numbers out;
    for (auto made = records_.rbegin(); made != records_.rend(); ++made) {
      const bool within = made->log == request.log && made->seq < request.below.value_or(UINT64_MAX) &&
                          (!request.above || made->seq > *request.above) &&
                          (!request.from || made->received_us >= request.from->micros) &&
                          (!request.before || made->received_us < request.before->micros);
      if (within && std::all_of(meets.begin(), meets.end(), [&](const Meets& one) { return one(*made); }))
        out.push_back(made->seq);
    }
    return out;
  }
  std::uint64_t seq_of_some() { return records_[random_() % records_.size()].seq + random_() % 3 - 1; }
  base::Timestamp time_of_some() {
    return {records_[random_() % records_.size()].received_us + static_cast<std::int64_t>(random_() % 3) - 1};
  }
  /// A query of up to four terms, some of them excluded, and what meets it.
  std::pair<std::string, std::vector<Meets>> some_query() {
    std::string text;
    std::vector<Meets> meets;
    for (auto left = random_() % 5; left > 0; --left) {
      const auto& term = all_terms()[random_() % all_terms().size()];
      const bool excluded = random_() % 3 == 0;
      text += fmt::format("{}{}{}", text.empty() ? "" : " ", excluded ? "-" : "", term.text);
      meets.push_back(excluded ? [one = term.meets](const Made& made) { return !one(made); } : term.meets);
    }
    return {text, meets};
  }

  std::mt19937_64 random_{20260101};
  // Over many stretches of the full-text index and many windows of a scan; some words are rare, some are not.
  std::vector<Made> records_ = random_records(random_, 3'000, 1'500, 10'000'000);
  MadeIndex index_{records_};
};

TEST_F(Pages, EachTermFindsWhatItSays) {
  auto searcher = index_.searcher();
  std::size_t found = 0;
  for (const auto& term : all_terms()) {
    auto request = request_of(term.text);
    request.hits_max = 5'000;
    const auto hits = all_answers(searcher, request);
    EXPECT_EQ(hits, expected(request, {term.meets})) << term.text;
    found += hits.empty() ? 0 : 1;
    request = request_of("-" + term.text);
    request.hits_max = 1'000;
    EXPECT_EQ(all_answers(searcher, request),
              expected(request, {[&](const Made& made) { return !term.meets(made); }}))
        << "-" << term.text;
  }
  EXPECT_GE(found, all_terms().size() - 5);
}

TEST_F(Pages, CoverEveryHitOnceWhateverTheBudgetAndTheLimit) {
  auto searcher = index_.searcher();
  std::size_t found = 0;
  for (int i = 0; i < 150; ++i) {
    const auto [text, meets] = some_query();
    auto request = request_of(text);
    const std::array<std::uint64_t, 3> limits{40, 250, 5'000};
    request.hits_max = limits[random_() % limits.size()];
    if (random_() % 2 == 0) request.budget = std::chrono::microseconds(i % 10 == 0 ? 0 : 300);
    if (random_() % 3 == 0) request.from = time_of_some();
    if (random_() % 3 == 0) request.before = time_of_some();
    if (random_() % 3 == 0) request.below = seq_of_some();
    if (random_() % 3 == 0) request.above = seq_of_some();
    const auto wanted = expected(request, meets);
    found += wanted.size();
    ASSERT_EQ(all_answers(searcher, request), wanted)
        << text << " limit " << request.hits_max << " below " << request.below.value_or(0) << " above "
        << request.above.value_or(0);
  }
  EXPECT_GT(found, 10'000u);
}

TEST_F(Pages, ASearchWithoutABudgetGoesToTheEnd) {
  auto searcher = index_.searcher();
  for (const auto* text : {"nowhere", "\"sms totp\"", "proof:none", "sms totp whatsapp"}) {
    const auto answer = ask(searcher, request_of(text));
    EXPECT_TRUE(answer.hits.empty());
    EXPECT_FALSE(answer.next) << text;
  }
  auto request = request_of("proof:none");
  request.budget = std::chrono::microseconds(0);
  EXPECT_TRUE(ask(searcher, request).next) << "and one with a budget does not";
}

TEST_F(Pages, NothingIsToldOfWhatLiesOutsideThePeriod) {
  auto searcher = index_.searcher();
  auto request = request_of("");
  request.hits_max = 5'000;
  const auto all = expected(request, {});
  const auto first =
      std::find_if(records_.begin(), records_.end(), [](const Made& one) { return one.log == 1; });
  EXPECT_EQ(ask(searcher, request).newest, all.front() + 1);
  request.before = base::Timestamp{first->received_us};
  auto answer = ask(searcher, request);
  EXPECT_TRUE(answer.hits.empty());
  EXPECT_EQ(answer.newest, 0u);
  EXPECT_EQ(answer.searched_to, 0u);
  request = request_of("");
  request.from = base::Timestamp{records_.back().received_us + 3'600'000'000};
  answer = ask(searcher, request);
  EXPECT_TRUE(answer.hits.empty());
  EXPECT_EQ(answer.newest, 0u);
  EXPECT_EQ(answer.searched_to, 0u);
  EXPECT_FALSE(answer.next);
  // Within a period the numbers are those of its records.
  for (int i = 0; i < 50; ++i) {
    request = request_of(i % 2 ? "proof:none" : "");
    request.from = time_of_some();
    request.before = base::Timestamp{request.from->micros + 3'600'000'000};
    const auto within = expected(request, {});
    request.budget = std::chrono::microseconds(0);
    answer = ask(searcher, request);
    if (within.empty()) {
      EXPECT_EQ(answer.newest, 0u);
      continue;
    }
    EXPECT_GE(answer.searched_to, within.back());
    const auto behind = std::find_if(records_.begin(), records_.end(), [&](const Made& one) {
      return one.log == 1 && one.received_us >= request.before->micros;
    });
    EXPECT_EQ(answer.newest, behind == records_.end() ? all.front() + 1 : behind->seq);
  }
}

TEST_F(Pages, ATailIsGivenWhatIsNewAndNothingElse) {
  auto searcher = index_.searcher();
  auto request = request_of("");
  request.hits_max = 5'000;
  const auto all = all_answers(searcher, request);
  request.above = all[3];
  EXPECT_EQ(all_answers(searcher, request), Numbers(all.begin(), all.begin() + 3));
  request.above = ask(searcher, request_of("")).newest - 1;
  const auto answer = ask(searcher, request);
  EXPECT_TRUE(answer.hits.empty());
  EXPECT_EQ(answer.newest, all.front() + 1) << "so the next look begins where this one ended";
  request.above = UINT64_MAX;
  EXPECT_TRUE(ask(searcher, request).hits.empty());
}

TEST_F(Pages, AWordWithManyEndsIsComparedWhereNoListIsShort) {
  std::vector<Made> many;
  for (std::uint64_t seq = 0; seq < 20'500; ++seq) {
    Made made;
    made.seq = seq;
    made.received_us += static_cast<std::int64_t>(seq);
    made.factor = seq % 1'000 == 0 ? "sms" : "totp";
    many.push_back(std::move(made));
  }
  const MadeIndex index(many);
  auto searcher = index.searcher();
  auto request = request_of("e* sms");
  request.hits_max = 1'000;
  EXPECT_EQ(all_answers(searcher, request).size(), 21u);
  EXPECT_EQ(ask(searcher, request_of("e*")).hits.size(), 100u);
  request = request_of("e2* -sms");
  request.hits_max = 1'000;
  EXPECT_EQ(all_answers(searcher, request).size(), 1'611u - 2u) << "2, 2x, 2xx, 2xxx and 20000 to 20499";
}

TEST_F(Pages, ABeginningTellsNothingOfWordsThatAreElsewhere) {
  auto records = records_;
  Made other = records_.back();
  other.log = 2;
  other.seq += 200'000;
  other.action = "globex.merger";
  records.push_back(other);
  // Log 1 in two times, of which the first has a word that the second has not.
  Made early = *std::find_if(records.begin(), records.end(), [](const Made& one) { return one.log == 1; });
  std::find_if(records.begin(), records.end(), [](const Made& one) { return one.log == 1; })->action =
      "quarter.figures";
  const MadeIndex index(records);
  auto searcher = index.searcher();
  const auto ends = [&](const char* text) {
    auto request = request_of(text);
    request.from = base::Timestamp{early.received_us + 3'600'000'000};
    request.budget = std::chrono::microseconds(0);
    const auto answer = ask(searcher, request);
    EXPECT_TRUE(answer.hits.empty()) << text;
    return !answer.next;
  };
  EXPECT_TRUE(ends("nowhere* challenge"));
  EXPECT_TRUE(ends("globex* challenge")) << "another tenant's";
  EXPECT_TRUE(ends("\"globex mer\"* challenge"));
  EXPECT_TRUE(ends("figures* challenge")) << "of another time";
  auto request = request_of("figures* challenge");
  EXPECT_EQ(ask(searcher, request).hits.size(), 1u) << "who may see it finds it";
}

TEST_F(Pages, ABeginningOfManyWordsTellsNothingOfThoseThatAreElsewhere) {
  std::vector<Made> records;
  for (std::uint64_t seq = 30; seq < 100; ++seq) {
    Made made;
    made.seq = seq;
    made.received_us += static_cast<std::int64_t>(seq);
    records.push_back(std::move(made));
  }
  for (std::uint64_t seq = 200'000; seq < 220'500; ++seq) {
    Made made;
    made.log = 2;
    made.seq = seq;
    records.push_back(std::move(made));
  }
  const MadeIndex index(records);
  auto searcher = index.searcher();
  for (const auto* text : {"q* challenge", "e2* challenge"}) {
    auto request = request_of(text);
    request.budget = std::chrono::microseconds(0);
    const auto answer = ask(searcher, request);
    EXPECT_TRUE(answer.hits.empty()) << text;
    EXPECT_FALSE(answer.next) << text;
  }
  EXPECT_EQ(ask(searcher, request_of("e9* challenge")).hits.size(), 10u);
}

TEST_F(Pages, AQueryOfVeryManyWordsIsRefusedAndOneOfManyBeginningsIsNot) {
  auto searcher = index_.searcher();
  std::string words;
  for (int i = 0; i < 64; ++i) words += "w" + std::string(i % 2 ? "." : "-");
  auto request = request_of("\"" + words + "\"");
  EXPECT_TRUE(searcher.search(request, find_any_token));
  request = request_of("\"" + words + "w\"");
  const auto refused = searcher.search(request, find_any_token);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::invalid_argument);
  request = request_of("c* cha* chall* l* lo* log* s* -zz*");
  request.hits_max = 5'000;
  const auto begins = [](const char* with) { return word("", {with}, true).meets; };
  EXPECT_EQ(all_answers(searcher, request), expected(request, {begins("chall"), begins("log"), begins("s")}));
}

TEST_F(Pages, TheWordsOfARowAreThoseItWasWrittenWith) {
  auto connection = sqlite::Connection::open(index_.file(), {}).value();
  auto row = connection.prepare(fmt::format("SELECT {} FROM events WHERE place=?1", words_sql())).value();
  for (std::size_t i = 0; i < records_.size(); ++i) {
    ASSERT_TRUE(row.bind(1, store::place_of(records_[i].log, records_[i].seq)).step().value());
    ASSERT_EQ(row.text(0), index_.words()[i]) << "else FTS5 forgets other words than it has";
    row.reset();
  }
}

TEST(Query, TakesNothingForATokenThatIsNone) {
  const auto somebody = [](const std::string& value) {
    const auto terms = parse_query("actor.email:" + value);
    EXPECT_TRUE(terms && terms->size() == 1) << value;
    return terms->front().names_somebody();
  };
  const auto address = std::string(31, 'a') + "@example.com";
  ASSERT_EQ(address.size(), 43u);
  EXPECT_TRUE(somebody(address));
  EXPECT_TRUE(somebody(std::string(42, 'a') + "+"));
  EXPECT_TRUE(somebody("ana@example.com"));
  EXPECT_FALSE(somebody(testing::token_for("ana@example.com")));
  EXPECT_FALSE(parse_query("factor:sms")->front().names_somebody());
}

TEST(Query, ReadsExclusionsAndBeginnings) {
  const auto terms = parse_query("-factor:sms -\"a phrase\" expor* \"export us\"* \"x*\" - -source:\"a b\"");
  ASSERT_TRUE(terms) << terms.error().message;
  ASSERT_EQ(terms->size(), 7u);
  const auto is = [&](std::size_t i, std::string_view column, std::string_view value, bool excluded,
                      bool prefix) {
    const auto& term = (*terms)[i];
    EXPECT_EQ(term.column, column) << i;
    EXPECT_EQ(term.value, value) << i;
    EXPECT_EQ(term.excluded, excluded) << i;
    EXPECT_EQ(term.prefix, prefix) << i;
  };
  is(0, "challenge_factor", "sms", true, false);
  is(1, "", "a phrase", true, false);
  is(2, "", "expor", false, true);
  is(3, "", "export us", false, true);
  is(4, "", "x*", false, false);
  is(5, "", "-", false, false);
  is(6, "source", "a b", true, false);
  EXPECT_FALSE(parse_query("-factor:"));
  EXPECT_FALSE(parse_query("-\"open"));
  EXPECT_EQ(parse_query("*")->size(), 1u);
}

}  // namespace
}  // namespace countersign::projection
