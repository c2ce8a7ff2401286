#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

/// What is to be put into one object of a JSON text.
struct JsonChange {
  std::map<std::string, boost::json::value> members;  ///< set, in place of those of the name
  /// Put behind the elements of a member that is an array; a member that is none is set to an array of it.
  std::map<std::string, boost::json::value> elements;
};

/// The text with some of its objects changed; everything else keeps its bytes. Objects are counted from 0 in
/// the order in which their `{` stands. `text` is JSON that a strict reader has taken. Pure.
std::string patch_json(std::string_view text, const std::map<std::size_t, JsonChange>& changes);

}  // namespace countersign::questionnaires
