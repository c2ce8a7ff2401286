#pragma once

#include "reports/answers/answer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

/// An answer that a person has approved, as it goes back into the file.
struct Filled {
  std::uint32_t number = 0;  ///< the question's
  answers::Value value = answers::Value::text;
  std::string text;                    ///< in words; may be empty where the value says it
  std::vector<std::string> citations;  ///< a line each: what shows it, and as of when
};

/// A question whose answer could not be put into the file as a whole, and why, in words.
struct LeftOut {
  std::uint32_t number = 0;
  std::string why;

  bool operator==(const LeftOut&) const = default;
};

/// A file with its answers.
struct Written {
  std::string file;
  std::vector<LeftOut> left_out;
};

/// `Yes`, `No`, `Partially`, `Not applicable`; empty for `text`.
std::string_view words_for(answers::Value value);

/// Text and citations as one comment: citations behind `Evidence:`, a line each.
std::string comment_of(const Filled& filled);

}  // namespace countersign::questionnaires
