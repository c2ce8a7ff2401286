#pragma once

#include "collector/http/message.h"

#include <string>
#include <string_view>

namespace countersign::api {

/// The cookie of a session. The prefix has the browser refuse it without Secure and Path=/, and with a Domain
/// (RFC 6265bis section 4.1.3.2).
inline constexpr std::string_view kSessionCookie = "__Host-countersign";

/// What a request's Cookie fields have under a name (RFC 6265 section 5.4); empty where there is none, or
/// more than one of the name.
std::string cookie_of(const http::RequestHead& head, std::string_view name);

/// The secret of the session's cookie, in the same way.
std::string session_cookie(const http::RequestHead& head);

/// `Set-Cookie` for a session that begins; without a secret, for one that ends.
std::pair<std::string, std::string> set_session_cookie(std::string_view secret);

/// Whether another site made the browser send a request that changes something: Sec-Fetch-Site (W3C Fetch
/// Metadata) or Origin (RFC 6454) says so. Requests of programs have neither.
bool is_cross_site(const http::RequestHead& head);

}  // namespace countersign::api
