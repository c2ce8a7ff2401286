#pragma once

#include "reports/answers/question.h"

#include <set>
#include <string>
#include <vector>

namespace countersign::answers {

/// An answer as questions are judged by it.
struct Prepared {
  std::vector<std::vector<std::string>> must;  ///< groups of concepts and stems
  std::set<std::string, std::less<>> must_not;
  std::set<std::string, std::less<>> vocabulary;  ///< all that a question for it may speak of
  std::set<std::string, std::less<>> figures;     ///< in one spelling
  bool by_span = false, by_count = false;         ///< it goes by what the question names
  bool any_figure = false;                        ///< it says itself that it goes by none
  bool part = false;                              ///< of a list it answers what it knows
  bool exact = false;                             ///< it has to know each word of a question
  Form form = Form::any;
};

Prepared prepare(const Answer& answer, const Synonyms& synonyms);

/// Whether an answer is for a question.
struct Judgement {
  bool good = false;
  double coverage = 0;           ///< which share of what the question speaks of the answer speaks of, 0 to 1
  std::size_t met = 0;           ///< different words by which groups of `must` are met
  std::size_t met_beside = 0;    ///< how many groups only what stands beside meets
  std::vector<std::string> why;  ///< what spoke for it, then what spoke against it
};

/// What speaks against it: a group of `must` of which the question has nothing; a concept of `must_not`, or
/// one of which the answer does not speak and that is not `near`; a scope of which it does not speak in the
/// heading, or in what is said before anything is asked; a figure by which it does not go; a form that it
/// does not serve; too many words that it does not know. Of a list only `must` and `must_not` speak against
/// an answer that is `part`. Pure, thread-safe.
Judgement judge(const Prepared& answer, const Understood& question, const Synonyms& synonyms);

}  // namespace countersign::answers
