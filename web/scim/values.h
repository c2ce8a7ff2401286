#pragma once

// What a PATCH operation does to an attribute with several values. Included by the patch's own source only.

#include "web/scim/filter.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace countersign::scim {

enum class Operation { add, replace, remove };

/// The object with what `sent` says set over it, by the names of the attribute's sub-attributes. What cannot
/// be written, or is unknown, is left out.
boost::json::object merged(const Attribute& attribute, const boost::json::object& base,
                           const boost::json::object& sent);

/// `add`, `replace` and `remove` of `emails`. `sent` is null where the operation has no value; a `remove`
/// with values takes away those alone.
Outcome<void> change_values(Operation operation, const Attribute& attribute, boost::json::array& values,
                            const boost::json::value* sent);

/// The same for `emails[type eq "work"]`, and with `sub` for `emails[type eq "work"].value`.
Outcome<void> change_selected(Operation operation, const Attribute& attribute, const Attribute* sub,
                              const ValueFilter& filter, boost::json::array& values,
                              const boost::json::value* sent);

}  // namespace countersign::scim
