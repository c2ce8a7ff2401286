#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

/// Names and values of other vocabularies, made fit for the `attributes` of an event.
namespace countersign::protocols {

/// The name as record::prepare_event takes it: what it does not take becomes '_', and it is cut to the
/// length.
std::string attribute_name(std::string_view name);

/// Adds a value under a name of another vocabulary; a name that is taken gets a '_' behind it. Objects inside
/// are made fit in the same way.
///
/// record::prepare_event removes members that are named as a secret is, and lists them. It looks at whole
/// names only, and these vocabularies put words before it with dots: `app.otp.code` is added as `code` within
/// `app.otp`, so that it is seen and removed. (OpenTelemetry's `code.*`, which says where in a program a
/// record was made, is none.)
void add_attribute(boost::json::object& into, std::string_view name, const boost::json::value& value);

/// How many values prepare_event would count in it: everything that is no object or array.
std::size_t count_values(const boost::json::value& value);

/// A path of a payload as it may stand in a message: cut, and without the characters that a plain path does
/// not need, for a name is a stranger's text.
std::string shown_path(std::string_view path);

}  // namespace countersign::protocols
