#pragma once

#include "collector/adapters/adapter.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

/// Reading of provider payloads, where every member may be missing, null or of another type.
namespace countersign::adapters {

using Path = std::initializer_list<std::string_view>;

/// The value at a path of object members, or null where the path ends early.
const boost::json::value* find(const boost::json::value& from, Path path);

/// The string at a path; empty where there is none. The view is valid as long as the payload.
std::string_view text_at(const boost::json::value& from, Path path);

/// As text_at, and also takes a whole number, as digits: providers write identifiers and phone numbers either
/// way.
std::string words_at(const boost::json::value& from, Path path);

/// The whole number at a path, also where it is written as a string of digits.
std::optional<std::int64_t> number_at(const boost::json::value& from, Path path);

/// A provider's time as RFC 3339. Takes RFC 3339 as it is, cuts a fraction to nine digits, and reads a time
/// without a zone (`2025-10-03 14:09:32.149`) as UTC, which is what the providers that write so document.
/// Absent otherwise.
std::optional<std::string> time_of(std::string_view text);

/// The time of receipt, for a provider whose events carry none; absent where the context has none either.
std::optional<std::string> time_received(const AdapterContext& context);

/// Milliseconds since 1970 as RFC 3339; absent before 1970 and after the year 9999.
std::optional<std::string> time_of_millis(std::int64_t millis);

/// Paths of the members, at any depth, that hold a secret by their name (record::names_a_secret); at most 16.
std::vector<std::string> secrets_of(const boost::json::value& payload);

/// The payload without what secrets_of names, however many, and without the text of a message (`body`, `text`
/// and the like where they are strings), which may hold the code.
boost::json::value without_secrets(const boost::json::value& payload);

/// A type that an adapter knows and that is no OTP or MFA evidence. A '*' at the end stands for any rest.
struct NotEvidence {
  std::string_view type, why;
};

/// Why a type is no evidence; empty where the list does not name it.
std::string_view why_not(std::span<const NotEvidence> list, std::string_view type);

/// A provider's name for a type of event, cut and cleaned so that it may be shown and counted.
std::string shown_type(std::string_view type);

/// Lower-case ASCII.
std::string lowered(std::string_view text);

/// Applies `adapt_one` to each element of an array, or to the value itself.
template <class AdaptOne>
Outcomes adapt_each(const boost::json::value& payload, const AdapterContext& context, AdaptOne adapt_one) {
  Outcomes out;
  if (!payload.is_array()) {
    out.push_back(adapt_one(payload, context));
    return out;
  }
  out.reserve(payload.get_array().size());
  for (const auto& item : payload.get_array()) out.push_back(adapt_one(item, context));
  if (out.empty()) out.push_back(Refused{{{"", "the payload holds no event"}}});
  return out;
}

}  // namespace countersign::adapters
