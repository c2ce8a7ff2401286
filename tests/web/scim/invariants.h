#pragma once

#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <string_view>

namespace countersign::scim {

/// The first rule that a document breaks after it was made from `before` by a PATCH, or empty: it is
/// arranged; `id` and `meta` are as they were; a PUT of it would be taken and change nothing; one value of an
/// attribute at most is primary, and no member stands twice.
std::string_view broken_rule(Kind kind, const boost::json::object& before, const boost::json::object& after);

}  // namespace countersign::scim
