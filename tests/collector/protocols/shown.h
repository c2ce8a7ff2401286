#pragma once

#include "collector/protocols/item.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace countersign::protocols {

inline std::string file_text(const std::string& path) {
  std::ifstream file(std::string(COUNTERSIGN_TEST_DATA) + "/" + path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A payload as JSON, or its faults as `!path: reason;`.
inline std::string shown(const Item& item) {
  if (const auto* value = std::get_if<boost::json::value>(&item)) return boost::json::serialize(*value);
  std::string out;
  for (const auto& fault : std::get<record::Faults>(item))
    out += "!" + fault.path + ": " + fault.reason + ";";
  return out;
}

inline std::string faults_of(const Item& item) {
  std::string out;
  if (const auto* faults = std::get_if<record::Faults>(&item)) {
    for (const auto& fault : *faults) out += "!" + fault.path;
  }
  return out;
}

inline std::string spelled(std::string_view json) {
  return boost::json::serialize(boost::json::parse({json.data(), json.size()}));
}

inline boost::json::object object_of(std::string_view json) {
  return boost::json::parse({json.data(), json.size()}).as_object();
}

/// What a native source's event becomes; the faults where it is refused.
inline std::string prepared(boost::json::object event, const Envelope& envelope = {}) {
  apply_envelope(event, envelope);
  const auto out = record::prepare_event(event, {base::SourceName("test"), record::Proof::token});
  if (out) return out->json;
  std::string faults;
  for (const auto& fault : out.error()) faults += "!" + fault.path + ": " + fault.reason + ";";
  return faults;
}

}  // namespace countersign::protocols
