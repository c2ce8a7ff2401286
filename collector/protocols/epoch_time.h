#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// Times that protocols count from 1970-01-01T00:00:00Z.
namespace countersign::protocols {

/// Nanoseconds as RFC 3339, with six fraction digits where those say it all, else nine. Every 64-bit number
/// is one: the last is in the year 2554.
std::string time_of_nanos(std::uint64_t nanos);

/// Seconds with a fraction, as a number or a decimal string, as RFC 3339; from 1e11 on they are milliseconds
/// (1973 in those, the year 5138 in seconds). A number is good for microseconds, a string for nanoseconds.
/// Absent where it is none, negative, or behind the year 2553.
std::optional<std::string> time_of_epoch(const boost::json::value& value);

}  // namespace countersign::protocols
