#pragma once

#include "reports/answers/answer.h"
#include "reports/answers/fact_names.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::answers {

/// The answers that are known. A value; const calls are thread-safe.
class Library {
 public:
  /// A file of answers: `mfa.toml`.
  struct File {
    std::string name, content;
  };

  /// That of reports/answers/library, which is part of the program.
  static const std::shared_ptr<const Library>& built_in();

  /// Reads files of answers: `topic`, which holds for all that name none; `[[answers]]` as read_answer()
  /// reads them; `reviewed`, public sets of which each question was read for this library. invalid_argument
  /// with file and line for the first fault, for an id or key that stands there twice included.
  static base::Result<Library> read(std::vector<File> files, const FactNames& names);

  /// This one with a vendor's own answers: one with the id of a built-in answer takes its place, and so does
  /// a key. already_exists where two of them have one id or key.
  base::Result<Library> with(std::vector<Answer> own) const;

  const std::vector<Answer>& answers() const { return answers_; }  ///< by id
  const Answer* find(std::string_view id) const;
  const Answer* by_key(std::string_view key) const;
  /// Whether a set such as `caiq-4.1` was read as a whole: what no answer has a key for there is for a
  /// person.
  bool is_reviewed(std::string_view set) const { return reviewed_.contains(set); }

 private:
  std::vector<Answer> answers_;
  std::map<std::string, std::string, std::less<>> keys_;  ///< key to id
  std::set<std::string, std::less<>> reviewed_;
};

}  // namespace countersign::answers
