#pragma once

#include "exporters/siem/entry.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

/// What the forms in JSON have in common.
namespace countersign::siem {

/// A member that is not there adds nothing.
void add_text(boost::json::object& to, std::string_view name, std::string_view text);
/// An object that is empty is not added.
void add_object(boost::json::object& to, std::string_view name, boost::json::object object);

/// The first token of a person that the record has: id, e-mail address, phone number, name. Empty without.
std::string_view user_token(const Entry& entry);

/// Two capital letters, or empty: elsewhere a country is ISO 3166-1 alpha-2.
std::string country_code(const Entry& entry);

/// A sentence for people.
std::string message_of(const Entry& entry);

std::string_view to_string(Outcome outcome);  ///< `success`

enum class Attributes {
  object,  ///< as they are
  text,    ///< their JSON, so that no index gets a field for each
};
/// Where the record stands, by which it is proven, and every member of its event.
boost::json::object facts_of(const Entry& entry, Attributes attributes);

}  // namespace countersign::siem
