#pragma once

#include "exporters/siem/entry.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::siem {

/// A record's bytes, and what is known of the finding that it is of.
struct Sample {
  std::string record;
  std::optional<Finding> finding;
};

/// The record of an event as the ledger would write it, with tokens of a salt of zeros.
std::string record_of(const boost::json::object& event, std::uint64_t seq = 0);

/// One record of each type that has a line of its own, those of sources with all members; then ones with
/// little, with much that is special elsewhere, and of a type that is not known.
std::vector<Sample> samples();

}  // namespace countersign::siem
