#pragma once

#include <string_view>

namespace countersign::reports {

/// What a clause is about, in our own words; empty where there are none. The texts of AICPA, ISO and PCI SSC
/// are theirs.
std::string_view clause_title(std::string_view framework, std::string_view clause);

/// `A.5.9` before `A.5.17`, `8.3.4` before `10.2.1`.
struct NaturalOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

}  // namespace countersign::reports
