#pragma once

#include <string>
#include <string_view>

namespace countersign::questionnaires {

/// JSON as the questionnaires of VSAQ have it, made strict: comments (`//`, `/* */`) go, strings that a `+`
/// joins become one, and a comma before a closing bracket goes. Whatever else is wrong stays, for the reader
/// to name.
std::string to_strict_json(std::string_view text);

}  // namespace countersign::questionnaires
