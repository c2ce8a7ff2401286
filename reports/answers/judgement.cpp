#include "reports/answers/judgement.h"

#include "reports/answers/condition.h"
#include "reports/answers/matcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace countersign::answers {
namespace {

/// Below this share of known words a question is about something else. A concept that is known weighs as
/// much as two words.
constexpr double kCoverageLeast = 0.35;
/// How many words it need not know, by how many others meet `must`: one alone says little.
constexpr std::array<std::size_t, 4> kUnknownMost{0, 1, 2, 4};
constexpr std::size_t kConceptWeight = 2;

std::vector<std::string> cut(std::string_view group) {
  std::vector<std::string> out;
  while (true) {
    const auto bar = group.find('|');
    out.emplace_back(group.substr(0, bar));
    if (bar == std::string_view::npos) return out;
    group.remove_prefix(bar + 1);
  }
}

/// A concept by its name, or by a word of it; any other word by its stem. Empty for one that means nothing.
std::string name_of(const std::string& word, const Synonyms& synonyms) {
  if (synonyms.is_concept(word)) return word;
  const auto meanings = meanings_of(word, synonyms);
  return meanings.size() == 1 ? meanings.front().name : std::string();
}

const Meaning* find(const std::vector<Meaning>& words, std::string_view name) {
  const auto found =
      std::find_if(words.begin(), words.end(), [&](const Meaning& one) { return one.name == name; });
  return found == words.end() ? nullptr : &*found;
}

/// The findings about one question, as they are made.
class Findings {
 public:
  void speaks_for(std::string why) { for_.push_back(std::move(why)); }
  void speaks_against(std::string why) { against_.push_back(std::move(why)); }
  bool nothing_against() const { return against_.empty(); }
  std::vector<std::string> all() && {
    std::move(against_.begin(), against_.end(), std::back_inserter(for_));
    return std::move(for_);
  }

 private:
  std::vector<std::string> for_, against_;
};

/// By how many different words groups are met, those of the heading and of what stands beside not counted,
/// and how many of these are not light.
struct Met {
  std::size_t words = 0, weighty = 0, beside = 0;
};

Met judge_must(const Prepared& answer, const Understood& question, const Synonyms& synonyms,
               Findings& findings) {
  std::set<std::string_view> by;
  std::size_t beside = 0;
  bool asked = answer.must.empty();
  for (const auto& group : answer.must) {
    const Meaning* found = nullptr;
    bool in_heading = false, is_beside = false;
    for (const auto* words : {&question.words, &question.beside, &question.context, &question.heading}) {
      for (const auto& name : group) {
        if (found != nullptr || (found = find(*words, name)) == nullptr) continue;
        in_heading = words == &question.heading;
        is_beside = words == &question.beside;
        asked = asked || words != &question.beside;
      }
    }
    if (found == nullptr) {
      findings.speaks_against(fmt::format("does not speak of {}", fmt::join(group, " or ")));
      continue;
    }
    if (!in_heading && !is_beside) by.insert(found->name);
    beside += is_beside ? 1 : 0;
    const auto where = in_heading ? " in the heading" : "";
    findings.speaks_for(found->is_concept ? fmt::format("'{}'{} means {}", found->spelled, where, found->name)
                                          : fmt::format("'{}'{}", found->spelled, where));
  }
  if (!asked) findings.speaks_against("is spoken of only beside what is asked");
  const auto light = std::count_if(by.begin(), by.end(), [&](auto name) { return synonyms.is_light(name); });
  return {by.size(), by.size() - static_cast<std::size_t>(light), beside};
}

double judge_words(const Prepared& answer, const Understood& question, const Synonyms& synonyms,
                   std::size_t met, Findings& findings) {
  const bool lenient = answer.part && question.is_list;
  std::size_t known = 0;
  std::vector<std::string> unknown;
  const auto is_known = [&](const Meaning& word) { return answer.vocabulary.contains(word.name); };
  for (const auto& word : question.words) {
    const bool near = !word.is_concept || synonyms.is_near(word.name);
    if (answer.must_not.contains(word.name)) {
      findings.speaks_against(fmt::format("'{}' ({}) speaks against it", word.spelled, word.name));
    } else if (is_known(word)) {
      known += word.is_concept ? kConceptWeight : 1;
    } else if (synonyms.is_light(word.name) || lenient) {
      continue;
    } else if (near) {
      unknown.push_back(word.spelled);
    } else {
      findings.speaks_against(fmt::format("'{}' ({}) is something else", word.spelled, word.name));
    }
  }
  for (const auto& word : question.beside) {
    const bool elsewhere = synonyms.is_elsewhere(word.name) && !is_known(word);
    if (!lenient && (answer.must_not.contains(word.name) || elsewhere))
      findings.speaks_against(fmt::format("'{}' ({}) beside it speaks against it", word.spelled, word.name));
  }
  for (const auto& word : question.heading) {
    if (synonyms.is_scope(word.name) && !is_known(word))
      findings.speaks_against(
          fmt::format("'{}' in the heading ({}) is something else", word.spelled, word.name));
  }
  for (const auto& word : question.context) {
    if (synonyms.is_setting(word.name) && !is_known(word))
      findings.speaks_against(
          fmt::format("'{}' in front of it ({}) is something else", word.spelled, word.name));
  }
  const auto all = known + unknown.size();
  const double coverage = all == 0 ? 0 : static_cast<double>(known) / static_cast<double>(all);
  const auto most = answer.exact ? 0 : kUnknownMost.at(std::min(met, kUnknownMost.size() - 1));
  if (coverage < kCoverageLeast || unknown.size() > most)
    findings.speaks_against(fmt::format("does not know '{}'", fmt::join(unknown, "', '")));
  return coverage;
}

void judge_figures(const Prepared& answer, const Understood& question, Findings& findings) {
  if (answer.any_figure || (answer.part && question.is_list)) return;
  const auto check = [&](const std::vector<std::string>& figures, bool goes_by, std::string_view what) {
    std::vector<std::string> open;
    std::copy_if(figures.begin(), figures.end(), std::back_inserter(open),
                 [&](const auto& one) { return !answer.figures.contains(as_one_spelling(one)); });
    if (goes_by && open.size() == 1) return findings.speaks_for(fmt::format("names {}", open.front()));
    if (goes_by) return findings.speaks_against(fmt::format("has to name one {}", what));
    if (!open.empty())
      findings.speaks_against(fmt::format("names {}, by which it does not go", fmt::join(open, ", ")));
  };
  check(question.spans, answer.by_span, "length of time");
  check(question.counts, answer.by_count, "number");
}

}  // namespace

base::Result<void> check_words(const Answer& answer, const Synonyms& synonyms) {
  const auto check = [&](std::string_view list,
                         const std::vector<std::string>& groups) -> base::Result<void> {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (const auto& word : cut(groups[i])) {
        const bool unknown = word.find('_') != std::string::npos && !synonyms.is_concept(word);
        if (!unknown && !name_of(word, synonyms).empty()) continue;
        return base::fail(
            base::Code::invalid_argument,
            fmt::format("{}[{}]: {}", list, i,
                        unknown ? "a word with _ must be a concept, and there is none of that name"
                                : "a word of it means nothing in a question; name another one"));
      }
    }
    return {};
  };
  TRY(check("must", answer.must));
  TRY(check("may", answer.may));
  return check("must_not", answer.must_not);
}

Prepared prepare(const Answer& answer, const Synonyms& synonyms) {
  Prepared out;
  out.form = answer.form;
  for (const auto& group : answer.must) {
    auto& names = out.must.emplace_back();
    for (const auto& word : cut(group)) names.push_back(name_of(word, synonyms));
    out.vocabulary.insert(names.begin(), names.end());
  }
  for (const auto& word : answer.may) out.vocabulary.insert(name_of(word, synonyms));
  for (const auto& word : answer.must_not) out.must_not.insert(name_of(word, synonyms));
  const auto add = [&](std::string_view text) {
    for (auto& one : meanings_of(text, synonyms)) out.vocabulary.insert(std::move(one.name));
  };
  add(answer.title);
  for (const auto& ask : answer.asks) add(ask);
  for (const auto& figure : answer.figures) out.figures.insert(as_one_spelling(figure));
  out.any_figure = out.figures.contains(kAnyFigure);
  out.part = answer.part;
  out.exact = answer.exact;
  for (const auto& claim : answer.claims) {
    for (const auto& need : claim.needs) {
      for (const auto& value : need.values) {
        out.by_span = out.by_span || value == kAskedSpan;
        out.by_count = out.by_count || value == kAskedCount;
      }
    }
  }
  return out;
}

Judgement judge(const Prepared& answer, const Understood& question, const Synonyms& synonyms) {
  Judgement out;
  Findings findings;
  const auto met = judge_must(answer, question, synonyms, findings);
  out.met = met.words;
  out.met_beside = met.beside;
  out.coverage = judge_words(answer, question, synonyms, met.weighty, findings);
  judge_figures(answer, question, findings);
  if (answer.form != Form::any && question.form != Form::any && answer.form != question.form)
    findings.speaks_against(answer.form == Form::open ? "is to be answered by yes or no"
                                                      : "asks to be told more than yes or no");
  out.good = findings.nothing_against();
  out.why = std::move(findings).all();
  return out;
}

}  // namespace countersign::answers
