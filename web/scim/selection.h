#pragma once

#include "web/scim/path.h"
#include "web/scim/refusal.h"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace countersign::scim {

inline constexpr std::size_t kSelectedMax = 100;  ///< names in one list

/// Which attributes an answer shows (RFC 7644 section 3.9). By default all. `schemas` and `id` are always
/// shown; names that no schema has are passed over.
class Selection {
 public:
  Selection() = default;

  /// From `attributes` and `excludedAttributes`: names with commas between them. Errors: invalidValue where
  /// both are given or a list is too long.
  static Outcome<Selection> parse(Kind kind, std::string_view attributes, std::string_view excluded);

  /// Whether the client named what it wants to see.
  bool is_explicit() const { return mode_ == Mode::only; }

  boost::json::object apply(Kind kind, const boost::json::object& resource) const;

 private:
  enum class Mode { all, only, without };

  bool shows(const AttributePath& path) const;
  boost::json::object shown(Kind kind, const boost::json::object& from, bool extension) const;

  Mode mode_ = Mode::all;
  std::vector<AttributePath> named_;
};

}  // namespace countersign::scim
