#include "reports/engine/clauses.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace countersign::reports {
namespace {

struct Title {
  std::string_view framework, clause, title;
};

constexpr Title kTitles[] = {
#include "reports/engine/clause_titles.inc"
};

std::size_t digits(std::string_view text) {
  const auto* end =
      std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

std::string_view clause_title(std::string_view framework, std::string_view clause) {
  const auto* found = std::find_if(std::begin(kTitles), std::end(kTitles), [&](const Title& one) {
    return one.framework == framework && one.clause == clause;
  });
  return found == std::end(kTitles) ? std::string_view() : found->title;
}

bool NaturalOrder::operator()(std::string_view a, std::string_view b) const {
  while (!a.empty() && !b.empty()) {
    const auto in_a = digits(a), in_b = digits(b);
    if (in_a > 0 && in_b > 0) {
      if (in_a != in_b) return in_a < in_b;
      if (const auto order = a.substr(0, in_a).compare(b.substr(0, in_b)); order != 0) return order < 0;
      a.remove_prefix(in_a);
      b.remove_prefix(in_b);
    } else if (a.front() != b.front()) {
      return a.front() < b.front();
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.size() < b.size();
}

}  // namespace countersign::reports
