#pragma once

#include <set>
#include <string>
#include <string_view>

namespace countersign::answers {

/// Which facts there can be. A value; const calls are thread-safe.
class FactNames {
 public:
  /// Those of the controls with these ids; documents, members of the policy and figures are the program's.
  explicit FactNames(std::set<std::string, std::less<>> controls) : controls_(std::move(controls)) {}
  /// Of the controls that are part of the program.
  static const FactNames& built_in();

  /// Why there can be no such fact, as in "'x' is no member of a control; known are …"; empty where there
  /// can.
  std::string why_not(std::string_view name) const;

 private:
  std::set<std::string, std::less<>> controls_;
};

}  // namespace countersign::answers
