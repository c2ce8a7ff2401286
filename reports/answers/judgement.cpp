#include "reports/answers/judgement.h"

#include "reports/answers/condition.h"
#include "reports/answers/matcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace countersign::answers {
namespace {

/// Below this share of known words a question is about something else.
constexpr double kCoverageLeast = 0.6;
constexpr std::size_t kUnknownMost = 3;

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

std::size_t judge_must(const Prepared& answer, const Understood& question, Findings& findings) {
  std::size_t met = 0;
  for (const auto& group : answer.must) {
    const Meaning* found = nullptr;
    bool in_heading = false;
    for (const auto& name : group) {
      if (found == nullptr) found = find(question.words, name);
    }
    for (const auto& name : group) {
      if (found == nullptr && (found = find(question.heading, name)) != nullptr) in_heading = true;
    }
    if (found == nullptr) {
      findings.speaks_against(fmt::format("does not speak of {}", fmt::join(group, " or ")));
      continue;
    }
    ++met;
    const auto where = in_heading ? " in the heading" : "";
    findings.speaks_for(found->is_concept ? fmt::format("'{}'{} means {}", found->spelled, where, found->name)
                                          : fmt::format("'{}'{}", found->spelled, where));
  }
  return met;
}

double judge_words(const Prepared& answer, const Understood& question, const Synonyms& synonyms,
                   Findings& findings) {
  std::size_t known = 0;
  std::vector<std::string> unknown;
  for (const auto& word : question.words) {
    if (answer.must_not.contains(word.name)) {
      findings.speaks_against(fmt::format("'{}' ({}) speaks against it", word.spelled, word.name));
    } else if (answer.vocabulary.contains(word.name)) {
      ++known;
    } else if (synonyms.is_light(word.name)) {
      continue;
    } else if (word.is_concept) {
      findings.speaks_against(fmt::format("'{}' ({}) is something else", word.spelled, word.name));
    } else {
      unknown.push_back(word.spelled);
    }
  }
  for (const auto& word : question.heading) {
    if (synonyms.is_scope(word.name) && !answer.vocabulary.contains(word.name))
      findings.speaks_against(
          fmt::format("'{}' in the heading ({}) is something else", word.spelled, word.name));
  }
  const auto all = known + unknown.size();
  const double coverage = all == 0 ? 0 : static_cast<double>(known) / static_cast<double>(all);
  if (coverage < kCoverageLeast || unknown.size() > kUnknownMost)
    findings.speaks_against(fmt::format("does not know '{}'", fmt::join(unknown, "', '")));
  return coverage;
}

void judge_figures(const Prepared& answer, const Understood& question, Findings& findings) {
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
  out.met = judge_must(answer, question, findings);
  out.coverage = judge_words(answer, question, synonyms, findings);
  judge_figures(answer, question, findings);
  if (answer.form != Form::any && question.form != Form::any && answer.form != question.form)
    findings.speaks_against(answer.form == Form::open ? "is to be answered by yes or no"
                                                      : "asks to be told more than yes or no");
  out.good = findings.nothing_against();
  out.why = std::move(findings).all();
  return out;
}

}  // namespace countersign::answers
