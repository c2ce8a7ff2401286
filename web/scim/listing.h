#pragma once

#include "web/scim/filter.h"
#include "web/scim/refusal.h"
#include "web/scim/resource.h"
#include "web/scim/selection.h"
#include "web/scim/store.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::scim {

inline constexpr std::uint64_t kCountMax = 200;  ///< resources in one answer
inline constexpr std::uint64_t kCountDefault = 100;
inline constexpr std::size_t kMembersShownMax = 2 * kMembersMax;  ///< of all groups in one answer

/// What a client wants to see of many resources (RFC 7644 section 3.4.2). Sorting is not supported, and
/// asking for it changes nothing.
struct ListQuery {
  std::optional<Filter> filter = std::nullopt;
  Selection selection = {};
  std::uint64_t start_index = 1;  ///< from 1
  std::uint64_t count = kCountDefault;
};

/// From the query of a URL, or of any request that only has `attributes` and `excludedAttributes`. Errors:
/// invalidSyntax for a malformed encoding, invalidFilter, invalidValue.
Outcome<ListQuery> read_list_query(Kind kind, std::string_view query);

/// From a SearchRequest message (section 3.4.3). Errors: as above.
Outcome<ListQuery> read_search(Kind kind, const boost::json::value& body);

/// Runs it and gives the ListResponse message. A filter that no index can answer is asked of at most
/// `scan_max` resources. Errors: tooMany where there are more, or more members than one answer shows; the
/// store's.
Outcome<boost::json::object> list(Kind kind, const ListQuery& query, Store& store, std::string_view base_url,
                                  std::uint64_t scan_max);

/// A ListResponse message of all there is.
boost::json::object list_response(std::vector<boost::json::object> resources, std::uint64_t total,
                                  std::uint64_t start_index);

}  // namespace countersign::scim
