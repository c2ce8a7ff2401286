#pragma once

// What a filter is parsed to. Included by the filter's own sources only.

#include "ledger/base/time.h"
#include "web/scim/path.h"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace countersign::scim {

enum class Comparison { eq, ne, co, sw, ew, gt, ge, lt, le, pr };

/// A value to compare with. Text that is not compared exactly is folded already.
using Literal = std::variant<std::nullptr_t, bool, double, std::string, base::Timestamp>;

struct FilterNode {
  enum class What {
    all_of,      ///< children
    any_of,      ///< children
    negation,    ///< one child
    value_path,  ///< some value of `path` fulfils the one child
    comparison,  ///< `path` `comparison` `literal`
  };

  What what = What::comparison;
  Comparison comparison = Comparison::pr;
  AttributePath path = {};  ///< without attribute: of nothing that is kept
  Literal literal = nullptr;
  std::string spelt = {};  ///< a text literal as it was sent
  std::vector<FilterNode> children = {};
};

/// The attribute whose values a path leads to: the sub-attribute, or `value` of a complex attribute. Null
/// where there is none.
inline const Attribute* leaf_of(const AttributePath& path) {
  if (path.sub != nullptr) return path.sub;
  if (path.attribute == nullptr || path.attribute->type != Type::complex) return path.attribute;
  return find(path.attribute->subs, "value");
}

/// Whether the node holds for `scope`: a resource, or one value of a complex attribute.
bool holds(const FilterNode& node, const boost::json::object& scope);

/// Reads the filter behind an opening bracket. On return `text` begins behind the closing one. Names are
/// those of `parent`'s sub-attributes. Absent: it is no filter, or the attribute's type lacks the comparison.
std::shared_ptr<const FilterNode> parse_value_filter(Kind kind, const Attribute* parent,
                                                     std::string_view& text);

}  // namespace countersign::scim
