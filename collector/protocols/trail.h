#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::protocols {

/// Where in a document a value stands: a chain back to the root, spelled out only where something is wrong.
/// Each trail outlives those that lead on from it.
class Trail {
 public:
  /// The root.
  Trail() = default;
  /// A member; `name` outlives the trail.
  Trail(const Trail& outer, std::string_view name) : outer_(&outer), name_(name) {}
  /// An element of an array.
  Trail(const Trail& outer, std::size_t index) : outer_(&outer), index_(index), is_element_(true) {}

  /// `a.b[3].c`, as it may stand in a message (see shown_path); empty at the root.
  std::string spelled() const;

 private:
  const Trail* outer_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  bool is_element_ = false;
};

}  // namespace countersign::protocols
