#pragma once

#include "web/scim/refusal.h"
#include "web/scim/store.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace countersign::scim {

/// A resource as clients see it: the document, what is worked out from other resources (a user's `groups`,
/// `$ref`), and the whole of `meta`.
struct Representation {
  boost::json::object content;
  std::string tag;       ///< changes with everything in `content`
  std::string location;  ///< absolute
};

/// Errors: the store's.
Outcome<Representation> represent(Kind kind, const boost::json::object& document, Store& store,
                                  std::string_view base_url);

/// `groups` of a user, without `$ref`: what a filter asks. Errors: the store's.
Outcome<boost::json::object> with_groups(const boost::json::object& user, Store& store);

/// Whether a list of entity tags, as If-Match and If-None-Match have it, names `tag`, or is `*`. Compares
/// weakly, as SCIM's tags are weak (RFC 9110 section 8.8.3.2, RFC 7644 section 3.14).
bool names_tag(std::string_view field, std::string_view tag);

}  // namespace countersign::scim
