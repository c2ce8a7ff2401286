#include "collector/protocols/trail.h"

#include "collector/protocols/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace countersign::protocols {

std::string Trail::spelled() const {
  std::vector<const Trail*> steps;
  for (const auto* at = this; at->outer_ != nullptr; at = at->outer_) steps.push_back(at);
  std::string out;
  std::reverse(steps.begin(), steps.end());
  for (const auto* step : steps) {
    if (step->is_element_) {
      out += fmt::format("[{}]", step->index_);
    } else {
      if (!out.empty()) out.push_back('.');
      out += step->name_;
    }
  }
  return shown_path(out);
}

}  // namespace countersign::protocols
