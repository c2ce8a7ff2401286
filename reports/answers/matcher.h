#pragma once

#include "reports/answers/library.h"
#include "reports/answers/question.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace countersign::answers {

/// An answer that may be meant.
struct Candidate {
  std::string answer;  ///< its id
  /// 1 by its number; from 0.5 on it is good enough to be proposed, below something speaks against it.
  double score = 0;
  bool good = false;
  std::vector<std::string> why;  ///< what spoke for it, then what spoke against it: `'2FA' means mfa`
};

/// What was found for a question.
struct Match {
  std::vector<Candidate> candidates;  ///< the best first, at most 5
  std::optional<std::string> chosen;  ///< id of the answer; of `candidates` the first
  bool by_number = false;
  std::string reason;     ///< one sentence without a full stop: why this one, or why none
  Form form = Form::any;  ///< for propose(); of a question that was found by its number, any
  Asked asked;            ///< for propose()
};

/// Finds the answer for a question: by its number in a public set, else by FTS5's ranking of its words, with
/// synonyms put in the place of words, and a judgement whether the best one is good enough. The same question
/// and library give the same match. One thread.
class Matcher {
 public:
  /// Makes the index, in memory. The synonyms must outlive it. Errors are those of SQLite.
  static base::Result<Matcher> make(std::shared_ptr<const Library> library,
                                    const Synonyms& synonyms = Synonyms::built_in());
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// Errors are those of SQLite.
  base::Result<Match> match(const Question& question);

  const Library& library() const;

 private:
  struct Impl;
  explicit Matcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Checks that each word of `must`, `may` and `must_not` can be found in a question: to be done when somebody
/// edits an answer. invalid_argument names the list, and no word of somebody: one with `_` is a concept that
/// there is not, or one is left out of every question because it means nothing. Thread-safe.
base::Result<void> check_words(const Answer& answer, const Synonyms& synonyms = Synonyms::built_in());

/// Which of the choices of a question says it: `Yes`, `Partially implemented`, `N/A`, in English. Empty where
/// none or more than one does. Thread-safe.
std::optional<std::size_t> choice_for(Value value, const std::vector<std::string>& choices);

}  // namespace countersign::answers
