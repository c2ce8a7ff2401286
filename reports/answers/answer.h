#pragma once

#include "reports/answers/facts.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::answers {

/// What is put into the field of a question; `text` where only words say it.
enum class Value { yes, no, partial, not_applicable, text };
std::string_view to_string(Value value);  ///< `yes` `no` `partial` `not-applicable` `text`
std::optional<Value> value_of(std::string_view text);

/// How a question wants to be answered.
enum class Form {
  any,     ///< of an answer: it serves both; of a question: it is a title, or has no text
  yes_no,  ///< "Is …?"
  open,    ///< "How …?", "Describe …", or whether somebody is compliant, which is answered by facts alone
};
std::string_view to_string(Form form);  ///< `any` `yes-no` `open`

/// Stands in `figures` for all of them.
inline constexpr std::string_view kAnyFigure = "any";

/// What a question itself names: "for at least 12 months", "after 5 attempts".
struct Asked {
  std::string span;   ///< `12 months`; empty where it names none
  std::string count;  ///< `5`
};

/// What must hold for a fact.
struct Condition {
  enum class Test {
    is,        ///< one of these texts
    is_not,    ///< none of these texts
    at_least,  ///< a number, or a length of time such as `12 months`: in doubt it is shorter
    at_most,
    below,
    includes,  ///< the list has each of these words
    excludes,  ///< the list has none of these words
    known,     ///< it is there; a list may be empty
  };
  std::string fact;
  Test test = Test::known;
  /// Bounds may be `asked.span` or `asked.count`: what the question names.
  std::vector<std::string> values;

  bool operator==(const Condition&) const = default;
};
std::string_view to_string(Condition::Test test);

/// One thing that can be said, and what must be known for it.
struct Claim {
  Value answer = Value::text;
  /// With facts in braces: `{control.PRIVILEGED-MFA.items} privileged logins`. `{asked.span}`, too.
  std::string text;
  std::vector<Condition> needs;
  std::vector<std::string> cites;  ///< beside those of the facts

  bool operator==(const Claim&) const = default;
};

/// An answer of the library: what is asked, and the claims of which the first that holds is proposed. A
/// value.
struct Answer {
  std::string id;     ///< `mfa-privileged`: a-z, 0-9 and -
  std::string topic;  ///< `mfa`
  std::string title;
  std::vector<std::string> asks;  ///< ways to ask it
  /// Numbers that it has in public sets: `caiq-4.1:IAM-13.1`; `vsaq:servers_logging` where a set has no
  /// version.
  std::vector<std::string> keys;
  Form form = Form::any;  ///< which questions it serves; a key goes before it
  /// Groups, of each of which a question must have one: `mfa`, `admin|privileged`. Concepts of synonyms.toml,
  /// or words.
  std::vector<std::string> must;
  std::vector<std::string> may;  ///< concepts and words that a question may have beside `must` and `asks`
  std::vector<std::string> must_not;  ///< concepts and words that speak against it
  /// Figures that it goes by itself: `12 months`. A question that names another one is not for it, but where
  /// a claim goes by `asked.span` or `asked.count`. `any`: it says itself that it does not go by them.
  std::vector<std::string> figures;
  std::vector<Claim> claims;
  /// It says what is shown of several demands and that the others are not: of those of a list none speaks
  /// against it.
  bool part = false;
  /// It is only for questions of which it knows each word.
  bool exact = false;
  bool own = false;  ///< the vendor's, and not of the program

  bool operator==(const Answer&) const = default;
};

/// What an answer says by the facts of a time.
struct Proposal {
  bool holds = false;         ///< otherwise only `missing` says something
  std::size_t claim = 0;      ///< which of the answer's claims
  Value value = Value::text;  ///< `text` to an open question
  std::string text;
  std::vector<std::string> cites;  ///< sorted, each once
  /// Each fact that this hangs on, those of earlier claims that did not hold included: as long as they are
  /// the same, and `unknown` is, so is the answer. Counts and times among them change with the log: whether
  /// it says the same by other facts, propose() tells.
  Facts used;
  std::vector<std::string> unknown;  ///< names that were looked for and not found, sorted
  std::vector<std::string> missing;  ///< what would have to be so, in words, where nothing holds
};

/// Tries the claims in order. Thread-safe.
Proposal propose(const Answer& answer, const Facts& facts, const Asked& asked = {}, Form form = Form::any);

/// The names in braces of a text, in order. invalid_argument where a brace is not closed or a name is none.
base::Result<std::vector<std::string>> placeholders(std::string_view text);

}  // namespace countersign::answers
