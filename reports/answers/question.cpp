#include "reports/answers/question.h"

#include "ledger/base/span.h"
#include "reports/answers/sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace countersign::answers {
namespace {

constexpr std::size_t kTextBytesMax = 8192;
constexpr std::size_t kTitleWordsMost = 6;
constexpr std::array<std::string_view, 13> kNumbers{"zero", "one",    "two",   "three", "four",
                                                    "five", "six",    "seven", "eight", "nine",
                                                    "ten",  "eleven", "twelve"};
/// Words behind which a number only names something: "Article 28".
constexpr std::array<std::string_view, 25> kNamedByNumber{
    "cfr",     "usc",      "dss",    "pci",        "article",    "articles",  "art",
    "section", "sections", "clause", "annex",      "appendix",   "chapter",   "paragraph",
    "control", "version",  "nist",   "rfc",        "regulation", "directive", "iso",
    "iec",     "no",       "rule",   "requirement"};

template <class All>
bool is_in(const All& all, std::string_view word) {
  return std::find(all.begin(), all.end(), word) != all.end();
}

/// Without numbers that have a point in them, which name a version or a paragraph: `TLS 1.2`, `164.312(b)`.
std::string without_paragraphs(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i;
    bool point = false;
    while (end < text.size() && (is_digit(text[end]) || (end > i && text[end] == '.' &&
                                                         end + 1 < text.size() && is_digit(text[end + 1])))) {
      point = point || text[end] == '.';
      ++end;
    }
    if (end == i) end = i + 1;
    out += point ? std::string_view(" ") : text.substr(i, end - i);
    i = end;
  }
  return out;
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
  if (stem == "month" || stem == "mth") return std::pair{std::string_view("month"), std::int64_t{1}};
  if (stem == "year" || stem == "yr") return std::pair{std::string_view("year"), std::int64_t{1}};
  return std::nullopt;
}

bool is_name_by_number(const std::vector<std::string>& words, std::size_t at) {
  while (at > 0 && number_of(words[at - 1])) --at;
  return at > 0 && is_in(kNamedByNumber, words[at - 1]);
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
  // "one" alone is no figure, and neither is the number of an article.
  if (words[at] == "one" || is_name_by_number(words, at)) return 1;
  out.counts.push_back(fmt::format("{}", *number));
  return 1;
}

/// "promptly": how something is done. Those that matter, as "annually", are of a concept.
bool is_adverb(std::string_view word) {
  constexpr std::size_t kLettersLeast = 5;
  return word.size() >= kLettersLeast && word.ends_with("ly");
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
      for (const auto& name : *found->concepts) add({name, spelled, true});
      i += found->words;
      continue;
    }
    Understood ignored;
    if (const auto taken = take_figure(words, i, figures != nullptr ? *figures : ignored)) {
      i += taken;
      continue;
    }
    if (!synonyms.is_neutral(stems[i]) && !is_adverb(words[i])) add({stems[i], words[i], false});
    ++i;
  }
  return out;
}

/// Without the standard that stands in front: `ISO 27001 A.8.2 - `, `Requirement 10.2.1: `.
std::string_view without_reference(std::string_view text) {
  constexpr std::array<std::string_view, 10> kStandards{"iso",     "requirement", "req", "nist",  "cis",
                                                        "control", "cfr",         "bsi", "cobit", "csf"};
  constexpr std::size_t kWordsMost = 10;
  const auto end = std::min(text.find(": "), text.find(" - "));
  if (end == std::string_view::npos) return text;
  const auto reference = text.substr(0, end);
  const auto words = words_of(reference);
  const bool names_one =
      std::any_of(words.begin(), words.end(), [&](const auto& word) { return is_in(kStandards, word); });
  // "ISO 27001 certificate - since when?" asks for the standard itself.
  bool has_paragraph = false;
  for (std::size_t i = 0; i + 1 < reference.size(); ++i) {
    const bool point = reference[i] == '.' || reference[i] == '-';
    has_paragraph = has_paragraph || (point && reference[i + 1] >= '0' && reference[i + 1] <= '9');
  }
  if (words.size() > kWordsMost || !names_one || !has_paragraph) return text;
  return text.substr(end + (text[end] == ':' ? 2 : 3));
}

/// Without numbering such as `3.2` or `7)` in front.
std::string_view without_number(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n0123456789.()-");
  const bool numbered = begin != std::string_view::npos && begin > 0 && text[begin - 1] == ' ' &&
                        text.substr(0, begin).find_first_of(".)") != std::string_view::npos;
  return numbered ? text.substr(begin) : text;
}

/// Of "If somebody asks for it, what happens?" the form of what follows the clause; any where there is none.
Form form_behind_clause(std::string_view line) {
  for (auto comma = line.find(", "); comma != std::string_view::npos; comma = line.find(", ", comma + 1)) {
    const auto words = words_of(line.substr(comma));
    if (words.size() < 2) return Form::any;
    if (begins_yes_no(words.front())) return Form::yes_no;
    if (begins_open(words.front())) return Form::open;
  }
  return Form::any;
}

Form form_of(std::string_view text, const std::vector<Meaning>& words) {
  const bool of_compliance =
      std::any_of(words.begin(), words.end(), [](const Meaning& one) { return one.name == "compliant"; });
  if (of_compliance) return Form::open;
  bool open = false;
  for (std::size_t end = 0, begin = 0; begin <= text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    const auto tokens = words_of(text.substr(begin, end - begin));
    constexpr std::array<std::string_view, 6> kClauses{"if", "when", "where", "once", "after", "before"};
    if (!tokens.empty() && is_in(kClauses, tokens.front())) {
      const auto behind = form_behind_clause(text.substr(begin, end - begin));
      if (behind == Form::yes_no) return behind;
      open = open || behind == Form::open;
    }
    auto first = tokens.begin();
    while (first != tokens.end() &&
           (*first == "please" || *first == "kindly" || *first == "if" || *first == "so" || *first == "yes"))
      ++first;
    if (first == tokens.end()) continue;
    if (begins_yes_no(*first)) return Form::yes_no;
    const bool behind = first + 1 != tokens.end() && begins_open(*(first + 1));
    open = open || begins_open(*first) || behind;
  }
  if (open) return Form::open;
  // A title, "Log retention?", says neither.
  return words_of(text).size() <= kTitleWordsMost ? Form::any : Form::yes_no;
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
  const auto cleaned =
      without_paragraphs(without_reference(without_number(question.text)).substr(0, kTextBytesMax));
  const std::string_view text = cleaned;
  auto sentences = cut_sentences(text);
  out.words = take_apart(sentences.asked, synonyms, &out);
  // "Can you accommodate this?", "Confirm compliance." asks for what stands in front of it.
  const auto says_nothing = [&](const Meaning& one) {
    return synonyms.is_light(one.name) || one.name == "compliant" || one.name == "sign_contract";
  };
  if (!sentences.context.empty() && std::all_of(out.words.begin(), out.words.end(), says_nothing)) {
    sentences.asked = cut_sentences(std::exchange(sentences.context, {})).asked;
    out.spans.clear();
    out.counts.clear();
    out.words = take_apart(sentences.asked, synonyms, &out);
  }
  Understood beside;
  out.beside = take_apart(sentences.beside, synonyms, &beside);
  // "(at least 12 months)" counts; a bare number in an example is part of a name.
  out.spans.insert(out.spans.end(), beside.spans.begin(), beside.spans.end());
  out.context = meanings_of(sentences.context, synonyms);
  out.is_list = sentences.is_list;
  out.heading = meanings_of(question.heading, synonyms);
  if (!words_of(text).empty()) out.form = out.is_list ? Form::yes_no : form_of(sentences.asked, out.words);
  return out;
}

std::string as_one_spelling(std::string_view figure) {
  const auto span = base::parse_span(figure);
  if (span && span->unit == base::Span::Unit::years) return fmt::format("{} months", span->count * 12);
  return span ? base::to_string(*span) : std::string(figure);
}

}  // namespace countersign::answers
