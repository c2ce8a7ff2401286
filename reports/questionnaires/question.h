#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::questionnaires {

inline constexpr std::size_t kQuestionsMax = 20'000;

/// A question as somebody's file asks it.
struct Question {
  std::uint32_t number = 0;  ///< from 1, in the file's order
  std::string id;            ///< its own in the file; may be empty
  std::string section;       ///< headings above it, ` / ` between them
  std::string text;
  std::vector<std::string> choices;  ///< what its answer may be; empty: anything
  std::string answer, comment;       ///< what the file holds already
  bool hidden = false;               ///< in a row or column that a person does not see

  // Where it stands: a row of a sheet, or the object of a JSON document, counted from 0 in the text's order.
  std::string sheet;
  std::uint32_t place = 0;

  bool operator==(const Question&) const = default;
};

/// A public set that a file turned out to be, in the words of an answer's keys: `caiq` and `4.1`. `version`
/// is empty where the set has none, or where it could not be told.
struct Set {
  std::string name, version;

  bool operator==(const Set&) const = default;
};

}  // namespace countersign::questionnaires
