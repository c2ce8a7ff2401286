#pragma once

#include <boost/json/value.hpp>

namespace countersign::record {

/// Whether a value may stand below `attributes` as it is, where its path is not personal: true, false, a
/// whole number, or a string of at most 128 characters that has no control character, no `@`, and is not
/// written as long as a token, which it could be taken for. Everything else becomes a token all the same.
bool stands_plain(const boost::json::value& value);

}  // namespace countersign::record
