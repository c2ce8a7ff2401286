#include "reports/answers/question.h"

#include "ledger/base/span.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace countersign::answers {
namespace {

constexpr std::size_t kTextBytesMax = 8192;
constexpr std::size_t kTitleWordsMost = 4;
constexpr std::array<std::string_view, 13> kNumbers{"zero", "one",    "two",   "three", "four",
                                                    "five", "six",    "seven", "eight", "nine",
                                                    "ten",  "eleven", "twelve"};
constexpr std::array<std::string_view, 26> kAsksYesNo{
    "is",    "are", "do",  "does",   "did", "can",   "could", "will", "would",
    "have",  "has", "had", "should", "may", "might", "must",  "was",  "were",
    "shall", "am",  "isn", "aren",   "don", "doesn", "hasn",  "haven"};
constexpr std::array<std::string_view, 20> kAsksOpenly{
    "what",  "which",   "how",     "where", "who",     "when",   "why",  "describe", "explain", "list",
    "state", "provide", "specify", "give",  "outline", "detail", "name", "whom",     "attach",  "share"};

template <class All>
bool is_in(const All& all, std::string_view word) {
  return std::find(all.begin(), all.end(), word) != all.end();
}

std::optional<std::int64_t> number_of(std::string_view word) {
  const auto* named = std::find(kNumbers.begin(), kNumbers.end(), word);
  if (named != kNumbers.end()) return named - kNumbers.begin();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return out;
}

/// The unit of a span by its stem: months for years, days for weeks, with how many of it there are.
std::optional<std::pair<std::string_view, std::int64_t>> unit_of(std::string_view stem) {
  if (stem == "dai") return std::pair{std::string_view("day"), std::int64_t{1}};
  if (stem == "day") return std::pair{std::string_view("day"), std::int64_t{1}};
  if (stem == "week") return std::pair{std::string_view("day"), std::int64_t{7}};
  if (stem == "month") return std::pair{std::string_view("month"), std::int64_t{1}};
  if (stem == "year") return std::pair{std::string_view("year"), std::int64_t{1}};
  return std::nullopt;
}

/// A figure at `at`: how many words it takes, 0 where there is none.
std::size_t take_figure(const std::vector<std::string>& words, std::size_t at, Understood& out) {
  const auto stem_at = [&](std::size_t i) { return i < words.size() ? stem_of(words[i]) : std::string(); };
  auto number = number_of(words[at]);
  // "a year", but not "once a year".
  const bool a_span = (words[at] == "a" || words[at] == "an") && at > 0 && unit_of(stem_at(at + 1)) &&
                      words[at - 1] != "once" && words[at - 1] != "twice" && words[at - 1] != "times";
  if (a_span) number = 1;
  if (!number) return 0;
  auto behind = at + 1;
  if (const auto word = stem_at(behind); word == "calendar" || word == "full" || word == "consecutive")
    ++behind;
  if (const auto unit = unit_of(stem_at(behind)); unit && *number > 0 && *number < 100'000) {
    const auto count = *number * unit->second;
    out.spans.push_back(fmt::format("{} {}{}", count, unit->first, count == 1 ? "" : "s"));
    return behind + 1 - at;
  }
  // "one" alone is no figure.
  if (words[at] == "one") return 1;
  out.counts.push_back(fmt::format("{}", *number));
  return 1;
}

/// Meanings, with figures taken out into `figures` where it is given.
std::vector<Meaning> take_apart(std::string_view text, const Synonyms& synonyms, Understood* figures) {
  const auto words = words_of(text.substr(0, kTextBytesMax));
  std::vector<std::string> stems;
  std::transform(words.begin(), words.end(), std::back_inserter(stems),
                 [](const std::string& word) { return stem_of(word); });
  std::vector<Meaning> out;
  const auto add = [&](Meaning meaning) {
    const auto same = [&](const Meaning& one) { return one.name == meaning.name; };
    if (std::none_of(out.begin(), out.end(), same)) out.push_back(std::move(meaning));
  };
  for (std::size_t i = 0; i < words.size();) {
    if (const auto found = synonyms.find(words, stems, i)) {
      std::string spelled = words[i];
      for (std::size_t j = i + 1; j < i + found->words; ++j) spelled += ' ' + words[j];
      add({std::string(found->concept_name), std::move(spelled), true});
      i += found->words;
      continue;
    }
    Understood ignored;
    if (const auto taken = take_figure(words, i, figures != nullptr ? *figures : ignored)) {
      i += taken;
      continue;
    }
    if (!synonyms.is_neutral(stems[i])) add({stems[i], words[i], false});
    ++i;
  }
  return out;
}

/// Sentences, roughly: cut at question marks, line feeds, colons, semicolons, and full stops before a space.
std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool stop = c == '.' && i + 1 < text.size() && text[i + 1] == ' ' && i > 2 && text[i - 2] != '.';
    if (c != '?' && c != '\n' && c != ';' && c != ':' && !stop) continue;
    out.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  out.push_back(text.substr(begin));
  return out;
}

/// Without numbering such as `3.2` or `7)` in front.
std::string_view without_number(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n0123456789.()-");
  const bool numbered = begin != std::string_view::npos && begin > 0 && text[begin - 1] == ' ' &&
                        text.substr(0, begin).find_first_of(".)") != std::string_view::npos;
  return numbered ? text.substr(begin) : text;
}

Form form_of(std::string_view text, const std::vector<Meaning>& words) {
  const bool of_compliance =
      std::any_of(words.begin(), words.end(), [](const Meaning& one) { return one.name == "compliant"; });
  if (of_compliance) return Form::open;
  bool open = false;
  for (const auto sentence : sentences_of(text)) {
    const auto tokens = words_of(sentence);
    auto first = tokens.begin();
    while (first != tokens.end() &&
           (*first == "please" || *first == "if" || *first == "so" || *first == "yes"))
      ++first;
    if (first == tokens.end()) continue;
    if (is_in(kAsksYesNo, *first)) return Form::yes_no;
    const bool behind = first + 1 != tokens.end() && is_in(kAsksOpenly, *(first + 1));
    open = open || is_in(kAsksOpenly, *first) || behind;
  }
  if (open) return Form::open;
  // A title, "Log retention", says neither.
  const bool title = words_of(text).size() <= kTitleWordsMost && text.find('?') == std::string_view::npos;
  return title ? Form::any : Form::yes_no;
}

}  // namespace

std::string Question::set_and_version() const { return version.empty() ? set : set + "-" + version; }

std::string Question::key() const {
  return set.empty() || id.empty() ? std::string() : set_and_version() + ":" + id;
}

Asked Understood::asked() const {
  Asked out;
  if (spans.size() == 1) out.span = spans.front();
  if (counts.size() == 1) out.count = counts.front();
  return out;
}

std::vector<Meaning> meanings_of(std::string_view text, const Synonyms& synonyms) {
  return take_apart(text, synonyms, nullptr);
}

Understood understand(const Question& question, const Synonyms& synonyms) {
  Understood out;
  const auto text = without_number(question.text);
  out.words = take_apart(text, synonyms, &out);
  out.heading = meanings_of(question.heading, synonyms);
  if (!words_of(text).empty()) out.form = form_of(text, out.words);
  return out;
}

std::string as_one_spelling(std::string_view figure) {
  const auto span = base::parse_span(figure);
  if (span && span->unit == base::Span::Unit::years) return fmt::format("{} months", span->count * 12);
  return span ? base::to_string(*span) : std::string(figure);
}

}  // namespace countersign::answers
