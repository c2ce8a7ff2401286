#pragma once

#include "collector/http/message.h"

#include <string_view>

namespace countersign::api {

/// What a browser shows that comes back from a provider and does not get on: a sentence and a way to the
/// first page, without script.
http::Response oidc_failure_page(int status, std::string_view sentence);

/// The way from a provider's answer to the first page. A redirection would not do: it would still belong to
/// the navigation that another site began, and the browser would leave out the session's cookie, which is
/// SameSite=Strict. A page of our own that goes on by itself begins a navigation of our own.
http::Response oidc_signed_in_page();

}  // namespace countersign::api
