#pragma once

#include "reports/answers/answer.h"
#include "reports/answers/synonyms.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::answers {

/// A question as a questionnaire has it.
struct Question {
  std::string text;
  std::string heading = {};  ///< of its section
  std::string id = {};       ///< that it has in its set: `IAM-13.1`
  std::string set = {};      ///< `caiq`; empty where the set is not known
  std::string version = {};  ///< `4.1`
  std::vector<std::string> choices = {};

  /// As keys of answers name it: `caiq-4.1:IAM-13.1`; empty without set or id.
  std::string key() const;
  std::string set_and_version() const;  ///< `caiq-4.1`, `vsaq`
};

/// What a word or phrase of a text stands for.
struct Meaning {
  std::string name;     ///< of the concept, or the word's stem
  std::string spelled;  ///< as the text has it, in lower case
  bool is_concept = false;

  bool operator==(const Meaning&) const = default;
};

/// A question taken apart.
struct Understood {
  std::vector<Meaning> words;    ///< of what is asked, each once, without those that mean nothing
  std::vector<Meaning> beside;   ///< of examples, and of what is to be told if so
  std::vector<Meaning> context;  ///< of what is said before anything is asked
  std::vector<Meaning> heading;  ///< of the section's heading
  Form form = Form::any;
  bool is_list = false;             ///< several demands, one below the other
  std::vector<std::string> spans;   ///< lengths of time in days or more, as `12 months`
  std::vector<std::string> counts;  ///< other numbers

  Asked asked() const;  ///< the one span and the one count; of several, none
};

/// Takes a text apart. Pure, thread-safe.
std::vector<Meaning> meanings_of(std::string_view text, const Synonyms& synonyms);
Understood understand(const Question& question, const Synonyms& synonyms);

/// The one spelling of a span, or of a number: years as months, weeks as days. So `1 year` is `12 months`.
std::string as_one_spelling(std::string_view figure);

}  // namespace countersign::answers
