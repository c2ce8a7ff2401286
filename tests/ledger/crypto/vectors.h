#pragma once

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/value.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::testing {

/// A file below tests/data, whole. Throws where there is none, which fails the test.
inline std::string read_data(const std::string& path) {
  auto content = base::read_file(std::string(COUNTERSIGN_TEST_DATA "/") + path, 1 << 24);
  if (!content) throw std::runtime_error(content.error().message);
  return std::move(*content);
}

inline boost::json::value read_vectors(const std::string& path) {
  auto parsed = base::parse_json(read_data(path), {});
  if (!parsed) throw std::runtime_error(path + ": " + parsed.error().message);
  return std::move(parsed->value);
}

inline std::string_view text_at(const boost::json::value& object, std::string_view name) {
  const auto& text = object.at(name).as_string();
  return {text.data(), text.size()};
}

inline std::vector<std::uint8_t> hex_at(const boost::json::value& object, std::string_view name) {
  return base::from_hex(text_at(object, name)).value();
}

}  // namespace countersign::testing
