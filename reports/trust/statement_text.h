#pragma once

#include "reports/trust/statement.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

/// A statement as programs and terminals are given it. Pure.
namespace countersign::trust {

/// As `GET /v1/trust` answers it (docs/trust.md).
boost::json::object to_json(const Statement& statement);

/// A line for each item, what it says, and the controls that did not pass.
std::string to_text(const Statement& statement);

/// How a state is said to people: `shown`, `exceptions noted`, `not valid yet`, …
std::string_view words_of(State state);
/// `passed`, `failed`, `nothing to test`, `not tested lately`.
std::string_view words_of_control(std::string_view state);
/// `found intact`, `not found intact`, `not verified yet`, `not known`.
std::string_view words_of_verification(std::string_view result);

/// Where a document that everybody may have is.
std::string file_path(std::string_view document);

}  // namespace countersign::trust
