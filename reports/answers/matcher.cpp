#include "reports/answers/matcher.h"

#include "ledger/sqlite/connection.h"
#include "reports/answers/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace countersign::answers {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kCandidatesMax = 5;
constexpr std::int64_t kRowsMax = 200;
constexpr std::size_t kTermsMax = 64;
/// How far apart two that fit equally well must be for one to be chosen.
constexpr double kApart = 0.01;
/// What is asked in words that are less alike than this to each way to ask it is something else.
constexpr double kAlikeLeast = 0.2;
/// How much better an answer is that is for questions of this form alone.
constexpr double kForForm = 0.02;
/// A title asks rather for yes or no than to be told more.
constexpr double kOfTitles = 0.95;

constexpr std::string_view kSchema =
    "CREATE VIRTUAL TABLE asks USING fts5(words, tokenize=\"porter unicode61 tokenchars '_'\")";

/// Meanings as the index has them, and as a query for any of them.
std::string as_text(const std::vector<Meaning>& words) {
  std::string out;
  for (const auto& one : words) out += one.name + ' ';
  return out;
}

std::string as_query(const std::vector<Meaning>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < kTermsMax; ++i) {
    if (i > 0) out += " OR ";
    // Names are of letters, digits and _: nothing in them needs to be escaped.
    out += '"' + words[i].name + '"';
  }
  return out;
}

/// What is told of an answer that was judged.
struct Judged {
  const Answer* answer;
  Judgement judgement;
  double score;
  bool is_part;  ///< it is for lists, and this is none
};

bool is_before(const Judged& a, const Judged& b) {
  if (a.judgement.good != b.judgement.good) return a.judgement.good;
  if (a.judgement.good && a.is_part != b.is_part) return b.is_part;
  // Of two that fit, the one that asks for more is the more exact; of an own one and another, the own one.
  if (a.judgement.good && a.answer->own != b.answer->own) return a.answer->own;
  if (a.judgement.good && a.judgement.met != b.judgement.met) return a.judgement.met > b.judgement.met;
  if (a.judgement.good && a.judgement.met_beside != b.judgement.met_beside)
    return a.judgement.met_beside < b.judgement.met_beside;
  if (a.score != b.score) return a.score > b.score;
  return a.answer->id < b.answer->id;
}

}  // namespace

struct Matcher::Impl {
  std::shared_ptr<const Library> library;
  const Synonyms* synonyms = nullptr;
  sqlite::Connection db;
  std::vector<Prepared> prepared;       ///< as library->answers()
  std::vector<std::size_t> answer_of;   ///< by row, from 1
  std::vector<std::int64_t> own_score;  ///< of each row, with itself as the query; millionths

  Impl(std::shared_ptr<const Library> of, const Synonyms& words, sqlite::Connection connection)
      : library(std::move(of)), synonyms(&words), db(std::move(connection)), answer_of{0}, own_score{0} {}

  base::Result<void> fill();
  base::Result<std::map<std::size_t, double>> rank(const std::vector<Meaning>& words);
  base::Result<void> match_words(const Understood& question, bool own_only, Match& out);
};

base::Result<void> Matcher::Impl::fill() {
  TRY(db.execute(std::string(kSchema)));
  std::vector<std::string> queries{""};
  TRY_ASSIGN(auto insert, db.prepare("INSERT INTO asks(rowid,words) VALUES(?1,?2)"));
  const auto& answers = library->answers();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    prepared.push_back(prepare(answers[i], *synonyms));
    auto texts = answers[i].asks;
    texts.push_back(answers[i].title);
    for (const auto& text : texts) {
      const auto words = meanings_of(text, *synonyms);
      if (words.empty()) continue;
      const auto indexed = as_text(words);
      TRY(insert.bind(1, static_cast<std::int64_t>(answer_of.size())).bind_text(2, indexed).run());
      answer_of.push_back(i);
      queries.push_back(as_query(words));
    }
  }
  TRY_ASSIGN(
      auto own,
      db.prepare("SELECT CAST(-1000000*bm25(asks) AS INTEGER) FROM asks WHERE asks MATCH ?1 AND rowid=?2"));
  for (std::size_t row = 1; row < queries.size(); ++row) {
    own.bind_text(1, queries[row]).bind(2, static_cast<std::int64_t>(row));
    TRY_ASSIGN(const bool there, own.step());
    own_score.push_back(there ? own.integer(0) : 0);
    own.reset();
  }
  return {};
}

base::Result<std::map<std::size_t, double>> Matcher::Impl::rank(const std::vector<Meaning>& words) {
  std::map<std::size_t, double> out;
  if (words.empty()) return out;
  const auto query = as_query(words);
  TRY_ASSIGN(auto rows,
             db.prepare("SELECT rowid, CAST(-1000000*bm25(asks) AS INTEGER) FROM asks WHERE asks MATCH ?1 "
                        "ORDER BY bm25(asks), rowid LIMIT ?2"));
  rows.bind_text(1, query).bind(2, kRowsMax);
  while (true) {
    TRY_ASSIGN(const bool there, rows.step());
    if (!there) return out;
    const auto row = static_cast<std::size_t>(rows.integer(0));
    const auto own = own_score[row];
    const double best =
        own > 0 ? static_cast<double>(std::min(own, rows.integer(1))) / static_cast<double>(own) : 0;
    auto& score = out[answer_of[row]];
    score = std::max(score, best);
  }
}

base::Result<void> Matcher::Impl::match_words(const Understood& question, bool own_only, Match& out) {
  auto said = question.words;
  for (const auto* more : {&question.beside, &question.context}) {
    for (const auto& one : *more) {
      const auto same = [&](const Meaning& other) { return other.name == one.name; };
      if (std::none_of(said.begin(), said.end(), same)) said.push_back(one);
    }
  }
  TRY_ASSIGN(const auto ranked, rank(said));
  std::vector<Judged> judged;
  for (const auto& [index, ranking] : ranked) {
    const auto& answer = library->answers()[index];
    const double similarity =
        question.form == Form::any && answer.form == Form::open ? kOfTitles * ranking : ranking;
    if (own_only && !answer.own) continue;
    auto judgement = judge(prepared[index], question, *synonyms);
    const double fit = (judgement.coverage + similarity) / 2;
    judgement.good = judgement.good && similarity >= kAlikeLeast;
    judgement.why.push_back(fmt::format("its words are alike by {:.2f}", similarity));
    const bool for_form = answer.form != Form::any && answer.form == question.form;
    const double score = judgement.good ? 0.5 + 0.47 * fit + (for_form ? kForForm : 0) : 0.49 * fit;
    judged.push_back({&answer, std::move(judgement), score, answer.part && !question.is_list});
  }
  std::sort(judged.begin(), judged.end(), is_before);
  for (std::size_t i = 0; i < judged.size() && i < kCandidatesMax; ++i) {
    auto& one = judged[i];
    out.candidates.push_back({one.answer->id, one.score, one.judgement.good, one.judgement.why});
  }
  if (judged.empty() || !judged.front().judgement.good) {
    out.reason = judged.empty() ? "no answer of the library speaks of it"
                                : "no answer of the library is sure to be meant";
    return {};
  }
  const auto& first = judged.front();
  const bool doubtful =
      judged.size() > 1 && judged[1].judgement.good && judged[1].answer->own == first.answer->own &&
      judged[1].is_part == first.is_part && judged[1].judgement.met == first.judgement.met &&
      judged[1].judgement.met_beside == first.judgement.met_beside && first.score - judged[1].score < kApart;
  if (doubtful) {
    out.reason = fmt::format("{} and {} fit equally well", first.answer->id, judged[1].answer->id);
    return {};
  }
  out.chosen = first.answer->id;
  out.reason = fmt::format("by its words, {:.2f}", first.score);
  return {};
}

Matcher::Matcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

const Library& Matcher::library() const { return *impl_->library; }

base::Result<Matcher> Matcher::make(std::shared_ptr<const Library> library, const Synonyms& synonyms) {
  TRY_ASSIGN(auto db, sqlite::Connection::open_in_memory());
  auto impl = std::make_unique<Impl>(std::move(library), synonyms, std::move(db));
  TRY(impl->fill());
  return Matcher(std::move(impl));
}

base::Result<Match> Matcher::match(const Question& question) {
  Match out;
  const auto understood = understand(question, *impl_->synonyms);
  out.form = understood.form;
  out.asked = understood.asked();
  if (const auto key = question.key(); !key.empty()) {
    if (const auto* answer = impl_->library->by_key(key)) {
      out.by_number = true;
      // It was written for this question, so it says how it wants to be answered.
      out.form = Form::any;
      out.chosen = answer->id;
      out.reason = "by its number, " + key;
      out.candidates.push_back({answer->id, 1, true, {out.reason}});
      return out;
    }
  }
  // Of a set that was read as a whole, what no answer has a number of is for a person, or for an own answer.
  const bool own_only = !question.id.empty() && impl_->library->is_reviewed(question.set_and_version());
  TRY(impl_->match_words(understood, own_only, out));
  if (own_only && !out.chosen)
    out.reason = "the evidence of this appliance does not answer this question of the set";
  return out;
}

}  // namespace countersign::answers
