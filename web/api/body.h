#pragma once

#include "collector/http/message.h"
#include "ledger/base/problem.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::api {

/// The JSON object of a request's body, whose members are texts: those of `required`, and none that neither
/// list names. 415, 400 or 422, naming the member and never repeating a value.
tl::expected<boost::json::object, base::Problem> read_texts(
    const http::Request& request, std::initializer_list<std::string_view> required,
    std::initializer_list<std::string_view> optional = {});

/// The JSON object of a body, whatever it holds. 415 or 400.
tl::expected<boost::json::object, base::Problem> read_object(const http::Request& request);

/// A whole number of decimal digits alone; empty for any other text.
std::optional<std::uint64_t> read_number(std::string_view text);

/// A member that read_texts() has found to be a text; empty where it is not there.
std::string_view text_of(const boost::json::object& body, std::string_view member);

}  // namespace countersign::api
