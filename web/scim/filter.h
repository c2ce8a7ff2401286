#pragma once

#include "web/scim/path.h"
#include "web/scim/refusal.h"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::scim {

inline constexpr std::size_t kFilterBytesMax = 4096;
inline constexpr std::size_t kFilterTermsMax = 64;  ///< comparisons
inline constexpr std::size_t kFilterDepthMax = 16;  ///< of parentheses, brackets and `not`

/// By what a store can find a resource without looking at each.
enum class Index { id, user_name, external_id, display_name };

struct IndexTerm {
  Index index = Index::id;
  std::string value;  ///< as index_key() spells it

  bool operator==(const IndexTerm&) const = default;
};

/// The spelling of a value under which an index holds it: folded where the attribute is not `caseExact`.
std::string index_key(Index index, std::string_view value);

struct FilterNode;

/// A filter (RFC 7644 section 3.4.2.2) over resources of one kind. Shares what it has parsed with its copies;
/// const calls are thread-safe.
///
/// Attributes and operators count without regard to case, values as the attribute's `caseExact` says. An
/// attribute that a resource lacks, or that no schema has, is equal to nothing: only `ne`, `eq null` and what
/// `not` turns round then hold. Of an attribute with several values one must fit, and a path that stops at a
/// complex attribute means its `value`.
class Filter {
 public:
  /// Errors: invalidFilter for anything outside the grammar or the limits, and for a comparison that the
  /// attribute's type does not have (`active gt true`).
  static Outcome<Filter> parse(Kind kind, std::string_view text);

  bool matches(const boost::json::object& resource) const;

  /// A condition that each match fulfils and that an index can answer: of `userName eq "x"`, or of that and
  /// anything else joined by `and`. What the index finds has still to be asked with matches().
  std::optional<IndexTerm> index_term() const;

  /// Whether the filter asks for a user's `groups`, which are not in the user's own document.
  bool asks_for_groups() const;

 private:
  explicit Filter(std::shared_ptr<const FilterNode> root) : root_(std::move(root)) {}
  std::shared_ptr<const FilterNode> root_;
};

/// The condition in the brackets of `emails[type eq "work"]`, over one value of the attribute.
class ValueFilter {
 public:
  bool matches(const boost::json::object& value) const;

  /// The value that fulfils a filter of equalities joined by `and`: {"type":"work"}. Absent for any other.
  std::optional<boost::json::object> example() const;

  explicit ValueFilter(std::shared_ptr<const FilterNode> root) : root_(std::move(root)) {}

 private:
  std::shared_ptr<const FilterNode> root_;
};

/// The `path` of a PATCH operation (RFC 7644 section 3.5.2, figure 7).
struct PatchPath {
  Known known = Known::no;
  AttributePath path = {};  ///< `sub` is also what stands behind the brackets
  std::optional<ValueFilter> filter = std::nullopt;
};

/// Errors: invalidPath for the form, invalidFilter for what stands in the brackets.
Outcome<PatchPath> read_patch_path(Kind kind, std::string_view text);

}  // namespace countersign::scim
