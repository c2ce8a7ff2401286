#pragma once

#include "web/scim/refusal.h"
#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <cstddef>

namespace countersign::scim {

inline constexpr std::size_t kOperationsMax = 200;  ///< of one request

/// Applies a PatchOp message (RFC 7644 section 3.5.2) to a document and gives the new one, arranged. All
/// operations or none: `document` is never touched. Thread-safe.
///
/// Beside the RFC, what Okta and Microsoft Entra ID send is understood: `op` in any case; without a path, a
/// map whose names are paths (`name.givenName`, a URN before the name); `remove` of `members` with a list of
/// those that go; `add` to a value that does not exist yet, where the filter says how to make it
/// (`emails[type eq "work"].value`). To remove what is not there succeeds, so that a client may try again.
///
/// Errors, all of status 400: invalidSyntax (not a PatchOp message), invalidPath and invalidFilter (the
/// path), noTarget (nothing fits, or `remove` without path), mutability (a read-only or immutable attribute
/// is named by a path, or a required one removed), invalidValue. In a map without path, names that are
/// read-only or unknown are passed over, as in PUT.
Outcome<boost::json::object> apply_patch(Kind kind, const boost::json::object& document,
                                         const boost::json::value& message);

}  // namespace countersign::scim
