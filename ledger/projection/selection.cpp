#include "ledger/projection/selection.h"

#include "ledger/projection/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::projection {
namespace {

/// Places of one step of a scan: few at first, so that what is frequent is there at once.
constexpr std::int64_t kScanFirst = 2'048, kScanMost = 32'768;
/// Records that are rather looked at than searched.
constexpr std::size_t kFew = 500;
/// What a query may have, so that planning it and each of its steps are short: words in all, and beginnings
/// that are looked up in the list of words; further ones are compared with each record.
constexpr std::size_t kWordsMost = 64, kBeginningsMost = 2;
constexpr int kFirstValue = 5;   ///< parameter of the first member's value
constexpr int kFirstColumn = 3;  ///< of the columns that were asked for
/// What NEAR takes as its distance: more words than a record has.
constexpr int kAnywhere = 1'000'000;

struct TokenIndex {
  std::string_view column, index;
};
constexpr std::array<TokenIndex, 3> kTokenIndexes{{{"actor_id", "events_by_actor"},
                                                   {"actor_phone", "events_by_phone"},
                                                   {"actor_email", "events_by_email"}}};

const record::EventField* field_of(std::string_view column) {
  const auto found = std::find_if(record::kEventFields.begin(), record::kEventFields.end(),
                                  [&](const auto& field) { return column_name(field) == column; });
  return found == record::kEventFields.end() ? nullptr : &*found;
}

}  // namespace

Selection::Selection(sqlite::Connection& index, sqlite::Tokenizer& tokenizer, Conditions conditions,
                     Places places)
    : index_(index),
      tokenizer_(tokenizer),
      conditions_(std::move(conditions)),
      places_(places),
      looked_to_(std::max(places.low, places.high)),
      window_(kScanFirst) {}

base::Result<Selection> Selection::make(sqlite::Connection& index, sqlite::Tokenizer& tokenizer,
                                        Conditions conditions, Places places,
                                        std::span<const std::string_view> columns) {
  Selection out(index, tokenizer, std::move(conditions), places);
  if (!places.empty()) {
    TRY(out.plan());
    TRY(out.prepare(columns));
  }
  return out;
}

base::Result<void> Selection::plan() {
  std::size_t words = 0;
  for (const auto& term : conditions_.words) {
    Phrase phrase{{}, term.prefix};
    TRY(tokenizer_.split(term.value, phrase.words));
    words += phrase.words.size();
    if (words > kWordsMost)
      return base::fail(base::Code::invalid_argument,
                        fmt::format("a query has at most {} words", kWordsMost));
    if (phrase.words.empty() && !term.excluded) way_ = Way::nothing;
    if (!phrase.words.empty()) (term.excluded ? unwanted_ : wanted_).push_back(std::move(phrase));
  }
  if (way_ == Way::nothing) return {};
  for (const auto& member : conditions_.members) {
    const auto* index = std::find_if(kTokenIndexes.begin(), kTokenIndexes.end(),
                                     [&](const TokenIndex& one) { return one.column == member.column; });
    if (index == kTokenIndexes.end() || member.excluded) continue;
    way_ = Way::index;
    indexed_by_ = index->index;
    token_column_ = index->column;
    token_ = member.value;
  }
  if (way_ == Way::index) return {};
  const auto all = wanted_;
  TRY(plan_words());
  if (way_ != Way::scan) return {};
  plan_members();
  if (found_.empty()) return {};
  way_ = found_.size() == 1 && single_words_ ? Way::words : Way::stretches;
  if (way_ == Way::stretches) TRY(look_for_rare_word(all));
  return {};
}

/// Where one of the words is in few records, they are gone through, however many have the others.
base::Result<void> Selection::look_for_rare_word(const std::vector<Phrase>& all) {
  TRY_ASSIGN(auto rows, index_.prepare("SELECT rowid FROM words WHERE words MATCH ?1 AND rowid>=?2 AND "
                                       "rowid<?3 ORDER BY rowid DESC LIMIT ?4"));
  rows.bind(2, places_.low).bind(3, places_.high).bind(4, static_cast<std::int64_t>(kFew) + 1);
  std::sort(found_words_.begin(), found_words_.end());
  found_words_.erase(std::unique(found_words_.begin(), found_words_.end()), found_words_.end());
  found_words_.resize(std::min(found_words_.size(), kWordsMost));
  for (const auto& word : found_words_) {
    const auto match = fts_phrase(word);
    rows.bind_text(1, match);
    std::vector<std::int64_t> places;
    for (;;) {
      TRY_ASSIGN(const bool row, rows.step());
      if (!row) break;
      places.push_back(rows.integer(0));
    }
    rows.reset();
    if (places.size() > kFew) continue;
    way_ = Way::list;
    list_ = std::move(places);
    wanted_ = all;
    return {};
  }
  return {};
}

/// Words that the full-text index finds need no comparison, but where a list is gone through.
base::Result<void> Selection::plan_words() {
  std::vector<Phrase> compared;
  std::size_t beginnings = 0;
  for (const auto& phrase : wanted_) {
    if (phrase.prefix && ++beginnings > kBeginningsMost) {
      compared.push_back(phrase);
      continue;
    }
    std::optional<Alternatives> found;
    if (phrase.prefix) {
      TRY_ASSIGN(found, words_beginning(phrase));
    } else {
      found = Alternatives{fts_phrase(fmt::format("{}", fmt::join(phrase.words, " ")))};
    }
    if (found && found->empty()) {
      way_ = Way::nothing;
      return {};
    }
    if (found) {
      single_words_ = single_words_ && phrase.words.size() == 1;
      if (!phrase.prefix) found_words_.insert(found_words_.end(), phrase.words.begin(), phrase.words.end());
      found_.push_back(std::move(*found));
      continue;
    }
    TRY_ASSIGN(auto records, records_beginning(phrase.words.back()));
    if (records) {
      way_ = Way::list;
      list_ = std::move(*records);
      return {};
    }
    compared.push_back(phrase);
  }
  wanted_ = std::move(compared);
  return {};
}

/// Members whose values are in the full-text index, as words or as tokens' words, are found there, and then
/// compared.
void Selection::plan_members() {
  for (const auto& member : conditions_.members) {
    if (member.excluded) continue;
    const auto* field = field_of(member.column);
    if (field != nullptr && has_token_word(*field)) {
      found_words_.push_back(token_word(*field, member.value));
      found_.push_back({fts_phrase(found_words_.back())});
      continue;
    }
    if (member.column != "source" && (field == nullptr || !is_searchable_text(*field))) continue;
    std::vector<std::string> words;
    if (!tokenizer_.split(member.value, words) || words.empty() || words.size() > kWordsMost) continue;
    single_words_ = single_words_ && words.size() == 1;
    found_words_.insert(found_words_.end(), words.begin(), words.end());
    found_.push_back({fts_phrase(member.value)});
  }
}

/// The words that begin so and that one of the places has; empty where the region has many. The table goes
/// from one record to the next, so each word is asked for by itself. It is of the whole region: what other
/// tenants or another time have must make no difference, so what none of the places has is left out.
base::Result<std::optional<Selection::Alternatives>> Selection::words_beginning(const Phrase& phrase) {
  constexpr std::size_t kMost = 32;
  const auto& beginning = phrase.words.back();
  TRY_ASSIGN(auto next, index_.prepare("SELECT term FROM words_at WHERE term>=?1 LIMIT 1"));
  std::vector<std::string> words;
  for (std::string from = beginning;;) {
    TRY_ASSIGN(const bool there, next.bind_text(1, from).step());
    std::string word(there ? next.text(0) : std::string_view());
    next.reset();
    if (!word.starts_with(beginning)) break;
    if (words.size() == kMost) return std::optional<Alternatives>();
    // No word has a control character: the least text behind this word.
    from = word + '\x01';
    words.push_back(std::move(word));
  }
  std::string before;
  for (std::size_t i = 0; i + 1 < phrase.words.size(); ++i) before += phrase.words[i] + " ";
  // Of a single word FTS5 finds the first record from there on at once.
  TRY_ASSIGN(auto has, index_.prepare("SELECT 1 FROM words WHERE words MATCH ?1 AND rowid>=?2 AND rowid<?3 "
                                      "LIMIT 1"));
  has.bind(2, places_.low).bind(3, places_.high);
  Alternatives out;
  for (const auto& word : words) {
    const auto match = fts_phrase(word);
    TRY_ASSIGN(const bool there, has.bind_text(1, match).step());
    has.reset();
    if (there) out.push_back(fts_phrase(before + word));
  }
  return std::optional(std::move(out));
}

/// The records with a word that begins so, from the newest on; empty where they are many, or are not found
/// among what the region has within kLookedAt of its words.
base::Result<std::optional<std::vector<std::int64_t>>> Selection::records_beginning(
    std::string_view beginning) {
  constexpr std::size_t kMost = 20'000;
  constexpr std::int64_t kLookedAt = 200'000;
  TRY_ASSIGN(auto rows, index_.prepare("SELECT doc FROM words_at WHERE term>=?1 AND term<?2"));
  const auto beyond = std::string(beginning) + "\U0010FFFF";
  rows.bind_text(1, beginning).bind_text(2, beyond);
  std::vector<std::int64_t> out;
  for (std::int64_t looked_at = 0;; ++looked_at) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    const auto place = rows.integer(0);
    const bool within = place >= places_.low && place < places_.high;
    if (looked_at == kLookedAt || (within && out.size() == kMost))
      return std::optional<std::vector<std::int64_t>>();
    if (within) out.push_back(place);
  }
  std::sort(out.begin(), out.end(), std::greater<>());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return std::optional(std::move(out));
}

base::Result<void> Selection::prepare(std::span<const std::string_view> columns) {
  if (way_ == Way::nothing) {
    looked_to_ = places_.low;
    return {};
  }
  const bool by_words = way_ == Way::words || way_ == Way::stretches;
  const auto meets = conditions_.sql(kFirstValue);
  const bool compares = !wanted_.empty() || !unwanted_.empty();
  auto sql = fmt::format("SELECT place, {}, {}", way_ == Way::scan ? "1" : meets,
                         compares ? fmt::format("CASE WHEN {} THEN {} END", meets, words_sql()) : "NULL");
  for (const auto column : columns) sql += fmt::format(", {}", column);
  if (by_words) {
    sql +=
        " FROM words CROSS JOIN events ON place=words.rowid WHERE words MATCH ?3 AND words.rowid>=?1 AND "
        "words.rowid<?2 ORDER BY words.rowid DESC";
  } else {
    sql += " FROM events ";
    sql += way_ == Way::index ? fmt::format("INDEXED BY {} WHERE {}=?4 AND ", indexed_by_, token_column_)
                              : std::string("NOT INDEXED WHERE ");
    if (way_ == Way::scan) sql += fmt::format("{} AND ", meets);
    sql += "place>=?1 AND place<?2 ORDER BY place DESC";
  }
  TRY_ASSIGN(statement_, index_.prepare(sql));
  return {};
}

/// An FTS5 query for a stretch. Its word goes into one group with the others, because FTS5 looks for records
/// that have all words of a group at once, and for a phrase only among those.
std::string Selection::match(std::int64_t window_low) const {
  const auto near = [&](std::string_view what) {
    return fmt::format("NEAR({}{}, {})", fts_phrase(stretch_word(window_low)), what, kAnywhere);
  };
  std::string group, rest;
  for (const auto& alternatives : found_) {
    if (alternatives.size() == 1) {
      group += " " + alternatives.front();
      continue;
    }
    std::string any;
    for (const auto& one : alternatives) any += (any.empty() ? "" : " OR ") + near(" " + one);
    rest += fmt::format(" AND ({})", any);
  }
  return group.empty() ? rest.substr(sizeof(" AND ") - 1) : near(group) + rest;
}

void Selection::open_window() {
  window_low_ = places_.low;
  if (way_ == Way::scan) {
    window_low_ = std::max(places_.low, looked_to_ - window_);
    window_ = std::min(window_ * 2, kScanMost);
  } else if (way_ == Way::stretches) {
    window_low_ = std::max(places_.low, (looked_to_ - 1) / kStretch * kStretch);
    match_ = match(window_low_);
  } else if (way_ == Way::words) {
    match_ = fmt::format("{}", fmt::join(found_.front(), " OR "));
  }
  statement_->bind(1, window_low_).bind(2, looked_to_);
  if (way_ == Way::list) {
    if (listed_ < list_.size()) window_low_ = list_[listed_];
    const bool left = listed_ < list_.size();
    ++listed_;
    statement_->bind(1, window_low_).bind(2, left ? window_low_ + 1 : window_low_);
  }
  if (way_ == Way::words || way_ == Way::stretches) statement_->bind_text(3, match_);
  if (way_ == Way::index) statement_->bind_text(4, token_);
  conditions_.bind(*statement_, kFirstValue);
  open_ = true;
}

base::Result<bool> Selection::meets() {
  if (statement_->integer(1) == 0) return false;
  if (wanted_.empty() && unwanted_.empty()) return true;
  TRY(tokenizer_.split(statement_->text(2), words_));
  const auto is_in = [&](const Phrase& phrase) { return phrase.is_in(words_); };
  return std::all_of(wanted_.begin(), wanted_.end(), is_in) &&
         std::none_of(unwanted_.begin(), unwanted_.end(), is_in);
}

base::Result<Selection::Step> Selection::step() {
  if (!open_ && (way_ == Way::nothing || looked_to_ <= places_.low)) return Step::end;
  if (!open_) open_window();
  TRY_ASSIGN(const bool row, statement_->step());
  if (!row) {
    statement_->reset();
    open_ = false;
    looked_to_ = window_low_;
    return Step::nothing;
  }
  looked_to_ = statement_->integer(0);
  TRY_ASSIGN(const bool met, meets());
  return met ? Step::record : Step::nothing;
}

std::string_view Selection::value(std::size_t column) const {
  const int at = kFirstColumn + static_cast<int>(column);
  return statement_->is_null(at) ? std::string_view() : statement_->text(at);
}

std::int64_t Selection::number(std::size_t column) const {
  return statement_->integer(kFirstColumn + static_cast<int>(column));
}

}  // namespace countersign::projection
