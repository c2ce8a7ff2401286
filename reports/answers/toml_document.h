#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace countersign::answers {

/// A TOML file as JSON, with the line on which each member stands.
struct TomlDocument {
  boost::json::object value;
  std::map<std::string, std::size_t> lines;  ///< by path: `answers[3].claims[0].text`

  /// The line of a path, or of the nearest thing around it that has one; 1 where nothing has.
  std::size_t line_of(std::string path) const;
};

/// Reads texts, whole numbers, truth values, lists and tables. invalid_argument, with `file` and line, for
/// what is no TOML 1.0 or is of another kind: a fraction, a date.
base::Result<TomlDocument> read_toml(const std::string& file, std::string_view text);

}  // namespace countersign::answers
