#pragma once

#include <string>
#include <string_view>

namespace countersign::answers {

/// A text, cut by what its pieces are there for; pieces of one kind have line feeds between them.
struct Sentences {
  std::string asked;     ///< what is asked or demanded
  std::string beside;    ///< examples, what stands in parentheses, what is to be told if so
  std::string context;   ///< what is said before anything is asked
  bool is_list = false;  ///< nothing is asked, and several demands stand in lines of their own
};

/// Cuts a text of English: at the ends of sentences, in front of "please confirm that", and around
/// parentheses and "such as". Where nothing is asked, everything is demanded. Pure, thread-safe.
Sentences cut_sentences(std::string_view text);

/// Whether a word begins a question that wants yes or no: `is`, `does`.
bool begins_yes_no(std::string_view word);
/// Whether it begins one that wants to be told more: `how`, `describe`.
bool begins_open(std::string_view word);

}  // namespace countersign::answers
