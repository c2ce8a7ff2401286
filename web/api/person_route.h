#pragma once

#include "web/api/people.h"

#include <functional>
#include <string>

namespace countersign::api {

inline constexpr std::uint64_t kBodyBytesMax = 16u << 10;

using HandlePerson =
    std::function<void(People&, const auth::Session&, const http::Request&, const http::Respond&)>;

/// A route for who has signed in, with a second factor or without: others are refused before a body is read.
/// `people` outlives it.
http::Route person_route(std::string method, std::string pattern, People& people, HandlePerson handle);

/// What the browser is told of its session: who has signed in, the CSRF token, the second factors.
boost::json::object session_document(const auth::Account& account, const auth::Session& session);

/// The same as an answer, with the session's new cookie.
http::Response session_answer(int status, auth::Access& access, const auth::Sessions::Opened& opened,
                              boost::json::object more = {});

/// A problem document.
http::Response refusal(int status, std::string detail, std::string_view type = "about:blank");

/// JSON.
http::Response document(int status, const boost::json::object& data);

}  // namespace countersign::api
