#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::answers {

/// Which words mean the same, and which mean nothing. Words are compared by their stems. A value; const calls
/// are thread-safe.
class Synonyms {
 public:
  /// reports/answers/synonyms.toml, which is part of the program.
  static const Synonyms& built_in();
  /// Reads `neutral` and `between` (words), `scopes`, `light`, `near`, `settings` and `elsewhere` (names of
  /// concepts), `[concepts]` (a name of a-z, 0-9 and _ with its phrases), and `[combined]` (names of
  /// concepts, joined by `+`, with the phrases that stand for all of them). invalid_argument with file and
  /// line, for a phrase of two concepts, too.
  static base::Result<Synonyms> read(const std::string& file, std::string_view toml);

  struct Found {
    const std::vector<std::string>* concepts;  ///< their names
    std::size_t words;                         ///< how many it takes
  };
  /// The concepts of the longest phrase that begins with the word at `from`; `stems` are those of the words.
  /// Words of `between` may stand inside it.
  std::optional<Found> find(const std::vector<std::string>& words, const std::vector<std::string>& stems,
                            std::size_t from) const;

  bool is_neutral(std::string_view stem) const { return neutral_.contains(stem); }
  bool is_concept(std::string_view name) const { return names_.contains(name); }
  /// A concept that counts where it stands in a section's heading.
  bool is_scope(std::string_view name) const { return scopes_.contains(name); }
  /// A concept that speaks neither for nor against an answer that does not speak of it.
  bool is_light(std::string_view name) const { return light_.contains(name); }
  /// A concept that weighs no more than a word where an answer does not speak of it.
  bool is_near(std::string_view name) const { return near_.contains(name); }
  /// A concept that turns round what is asked behind it: "In our data centres. Is access logged?"
  bool is_setting(std::string_view name) const { return settings_.contains(name); }
  /// A concept of which the evidence says nothing.
  bool is_elsewhere(std::string_view name) const { return elsewhere_.contains(name); }

 private:
  using Phrases = std::map<std::string, std::vector<std::string>, std::less<>>;  ///< with their concepts

  base::Result<void> add(std::string_view phrase, const std::vector<std::string>& concepts);
  std::string joined(const std::vector<std::string>& words, const std::vector<std::string>& shown,
                     std::size_t from, std::size_t count) const;

  std::map<std::string, Phrases, std::less<>> phrases_;  ///< by first stem
  std::set<std::string, std::less<>> neutral_, between_, names_, scopes_, light_, near_, settings_,
      elsewhere_;
  std::size_t longest_ = 1;
};

/// The words of a text of UTF-8, without marks, those of ASCII in lower case. A single letter behind an
/// apostrophe is left out, but for the t of "don't".
std::vector<std::string> words_of(std::string_view text);

/// A word without its inflection: step 1 of M. F. Porter, "An algorithm for suffix stripping" (1980). Words
/// that are not of a-z stay as they are.
std::string stem_of(std::string_view word);

}  // namespace countersign::answers
