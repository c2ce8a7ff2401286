#include "reports/answers/matcher.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string_view>

namespace countersign::answers {
namespace {

bool begins(const std::vector<std::string>& words, std::initializer_list<std::string_view> with) {
  return words.size() >= with.size() && std::equal(with.begin(), with.end(), words.begin());
}

bool says(Value value, const std::vector<std::string>& words) {
  const bool not_applicable =
      begins(words, {"n", "a"}) || begins(words, {"na"}) || begins(words, {"not", "applicable"});
  const bool partial = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "partial" || word == "partially" || word == "partly";
  });
  switch (value) {
    case Value::not_applicable:
      return not_applicable;
    case Value::partial:
      return partial && !not_applicable;
    case Value::yes:
      return !partial &&
             (begins(words, {"yes"}) || begins(words, {"true"}) || words == std::vector<std::string>{"y"});
    case Value::no:
      return !partial && !not_applicable &&
             (begins(words, {"no"}) || begins(words, {"false"}) || words == std::vector<std::string>{"n"});
    case Value::text:
      return false;
  }
  return false;
}

}  // namespace

std::optional<std::size_t> choice_for(Value value, const std::vector<std::string>& choices) {
  std::optional<std::size_t> out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (!says(value, words_of(choices[i]))) continue;
    if (out) return std::nullopt;
    out = i;
  }
  return out;
}

}  // namespace countersign::answers
